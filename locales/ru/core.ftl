problem-internal = Внутренняя ошибка. Сообщите администратору номер запроса.
problem-database_unavailable = База данных сейчас недоступна. Повторите через минуту: ничего не потеряно и не сделано дважды.
problem-input_invalid = Неверные поля: { $fields }. Исправьте их и отправьте снова.
problem-body_invalid = Тело запроса не разобрать: { $why }
problem-body_too_large = Тело запроса больше допустимого. Разделите файл на части.
problem-timed_out = Запрос выполнялся слишком долго и был прерван. Повторите с тем же ключом идемпотентности.
problem-route_unknown = Такого адреса нет. Список адресов: /openapi.json.
problem-method_unknown = Этот адрес не принимает такой метод.
problem-id_invalid = Это не идентификатор: { $id }. Ожидается { $prefix }_ и 32 знака.
problem-cursor_invalid = Неверный указатель страницы. Возьмите next из прошлого ответа.
problem-idempotency_key_missing = Нужен заголовок Idempotency-Key: любой уникальный текст до 128 знаков. С ним запрос можно безопасно повторить.
problem-idempotency_key_reused = Этот ключ идемпотентности уже использован для другого запроса. Возьмите новый ключ.
problem-sequence_late = Скан № { $sequence } опоздал: уже принят № { $last }. Ничего не изменено.
problem-unauthenticated = Войдите: нужен действующий токен в заголовке Authorization: Bearer.
problem-forbidden = Недостаточно прав: требуется «{ $right }».
problem-not_found = Не найдено: { $what ->
    [owner] владелец
    [contract] договор
    [product] товар
    [lot] партия
    [warehouse] склад
    [zone] зона
    [bin] ячейка
    [place] место
    [handling_unit] грузовая единица
    [acceptance_rule] правило приёма
    [user] пользователь
    [device] устройство
    [api_key] ключ API
    [printer] принтер
    [order] заказ
    [order_line] строка заказа
    [batch] партия отбора
    [task] задание на отбор
    [wave] волна
    [tote] тара
    [parcel] посылка
    [packaging] упаковка
    [put_back] задание на возврат в ячейку
    [carrier_invoice] счёт перевозчика
   *[other] { $what }
}.
problem-login_failed = Неверный логин или пароль.
problem-login_locked = Слишком много неудачных попыток. Подождите { $seconds } с.
problem-badge_unknown = Бейдж не найден или отключён.
problem-pin_wrong = Неверный PIN.
problem-link_invalid = Ссылка недействительна: она одноразовая и действует сутки. Попросите администратора выдать новую.
problem-login_taken = Логин { $login } уже занят.
problem-device_name_taken = Устройство с именем { $name } уже есть.
problem-password_weak = Пароль слишком короткий: нужно не меньше { $length } знаков.
problem-pin_weak = PIN: от 4 до 8 цифр, не все одинаковые.
problem-last_administrator = Это последний администратор: назначьте другого, прежде чем отключать.
problem-job_not_found = Задание { $job } не найдено.
problem-job_not_dead = Задание { $job } в состоянии «{ $state }»: повторять можно только остановленные (dead).
field-missing = обязательно
field-too_long = слишком длинно
field-too_small = слишком мало
field-too_large = слишком много
field-bad_format = неверный формат
field-unknown = неизвестное значение
field-duplicate = повторяется
field-bad_check_digit = неверная контрольная цифра
title-invalid = Неверный запрос
title-unauthenticated = Нужен вход
title-forbidden = Нет прав
title-not-found = Не найдено
title-conflict = Сейчас нельзя
title-reused = Ключ уже использован
title-too-many = Слишком часто
title-unavailable = Временно недоступно
title-internal = Внутренняя ошибка
field-reserved = занято серией оператора
problem-roles_unfit = Роли не подходят: у людей магазина роль «shop_owner» и указан владелец, у сотрудников оператора владельца нет.
problem-user_inactive = Пользователь отключён. Сначала включите его снова.
setup-passwords-differ = Пароли не совпадают. Введите один и тот же пароль дважды.
