login-badge = Сканируйте бейдж
login-pin = Введите PIN
login-hello = Здравствуйте, { $name }!
menu-title = Выберите работу
menu-receive = { $number } Приёмка
menu-putaway = { $number } Размещение
menu-pick = { $number } Отбор
menu-pack = { $number } Упаковка
menu-load = { $number } Погрузка
menu-count = { $number } Пересчёт
menu-move = { $number } Перемещение
menu-lookup = { $number } Справка
menu-put_back = { $number } Возврат на полку
menu-unknown = Нет такой работы. Введите номер строки или сканируйте код со стены.
problem-sequence_invalid = Номер скана должен быть больше нуля.
problem-not_a_device = Сканы принимаются только от зарегистрированного устройства.
problem-nothing_to_undo = Отменять нечего: последнее действие уже не отменить.
problem-flow_forbidden = Ваша роль не допускает эту работу. Обратитесь к старшему смены.
problem-batch_too_long = Слишком много сканов сразу: не больше { $most }.
problem-frame_invalid = Скан не разобран: слишком длинный или испорчен. Повторите.

# Приёмка, размещение, перемещение, пересчёт, справка.
place-unknown = Нет такого места: { $code }. Сканируйте код ячейки или тары.
choice-wanted = Введите номер строки или НЕТ, чтобы вернуться.
choose-goods = Какой именно? Введите номер
goods-line = { $article } { $name } { $lot }{ $condition ->
    [available] {""}
    [damaged] {" "}БРАК
    [hold] {" "}блокировка
    [quarantine] {" "}карантин
   *[returns] {" "}возврат
}
goods-choice = { $number } { $article } { $lot } · { $place } · { $pieces } шт.{ $condition ->
    [available] {""}
    [damaged] {" "}БРАК
    [hold] {" "}блокировка
    [quarantine] {" "}карантин
   *[returns] {" "}возврат
}
goods-pieces = { $pieces } шт.
goods-unknown = Неизвестный код: { $code }. Отложите товар и позовите старшего.
receive-choose = Сканируйте номер поставки или введите номер строки
receive-delivery = { $number } { $document } { $owner }
receive-no-delivery = Нет открытой поставки { $number }. Выберите из списка или введите НОВАЯ.
receive-several-deliveries = Таких номеров несколько. Выберите владельца по номеру строки.
receive-owner = Без заявки: введите код владельца
receive-owner-unknown = Нет владельца с кодом { $code }. Введите код ещё раз.
receive-dock = Сканируйте ячейку приёмки
receive-of = { $document } · { $owner }
receive-item = Сканируйте товар
receive-item-times = × { $times }: сканируйте товар
receive-item-damaged = БРАК × { $times }: сканируйте товар
receive-item-wanted = Сканируйте товар, введите количество или ГОТОВО.
receive-last = { $article }: +{ $pieces }, принято { $received } из { $expected }
receive-several-products = Этот код у нескольких товаров владельца. Выберите номер.
receive-choose-product = Какой товар? Введите номер
receive-choose-number = Введите номер строки или НЕТ, чтобы вернуться.
receive-product = { $number } { $article } { $name }
receive-draft = { $article } { $name }, { $pieces } шт.
receive-lot = Сканируйте или введите партию
receive-lot-wanted = Нужна партия: сканируйте или введите её. НЕТ — не принимать.
receive-expiry = Введите срок годности: ДД.ММ.ГГГГ
receive-expiry-wanted = Это не дата. Введите ДД.ММ.ГГГГ. НЕТ — не принимать.
receive-measure = Обмер: длина ширина высота в мм и вес в г
receive-measure-wanted = Введите четыре числа через пробел, например 100 80 50 300. ПРОПУСК — без обмера.
receive-surplus = Излишек! Сканируйте товар ещё раз или ДА — принять
receive-surplus-wanted = Сканируйте тот же товар или ДА, чтобы принять излишек. НЕТ — не принимать.
receive-aside = Отложите. Сколько штук записать?
receive-aside-wanted = Введите, сколько штук отложено. НЕТ — не записывать.
receive-foreign = Чужой товар { $article }, владелец { $owner }. Отложите его.
receive-unknown = Неизвестный товар { $code }. Отложите его.
receive-noted = Записано в расхождения: { $pieces } шт.
receive-undone = Отменено: { $article }, { $pieces } шт.
receive-labels = Наклейте этикетки: { $labels } шт., код { $barcode }.
receive-nothing-to-print = Сначала сканируйте товар, затем ПЕЧАТЬ.
receive-close = Закрыть приёмку? ДА — закрыть, НЕТ — вернуться
receive-close-wanted = ДА — закрыть приёмку, НЕТ — продолжить.
receive-closed = Поставка { $document } закрыта. Расхождений: { $differences }.
putaway-item = Сканируйте товар в ячейке приёмки
putaway-item-wanted = Сканируйте товар, который нужно разместить.
putaway-not-waiting = { $code }: такого товара в приёмке нет. Проверьте код.
putaway-bin = Несите в { $bin }
putaway-any-bin = Сканируйте подходящую ячейку дважды
putaway-bin-wanted = Сканируйте ячейку, введите количество или ПРОПУСК — другая ячейка.
putaway-too-many = Столько здесь нет. Введите меньше.
putaway-part = Туда помещается { $pieces } шт. Остальное разместите потом.
putaway-scan-again = { $bin } не та ячейка. Сканируйте её ещё раз, если кладёте сюда.
putaway-done = Размещено { $pieces } шт. в { $bin }.
move-from = Откуда? Сканируйте ячейку или тару
move-from-line = Из { $place }
move-item = Сканируйте товар
move-item-or-bin = Сканируйте товар, или ячейку — чтобы поставить тару целиком
move-to = Куда? Сканируйте ячейку
move-wanted = Сканируйте код. НЕТ — начать сначала.
move-too-many = Столько свободного здесь нет. Введите меньше.
move-not-here = { $code }: такого товара в { $place } нет.
move-done = Перемещено { $pieces } шт. в { $bin }.
move-unit-done = { $unit } стоит в { $bin }.
count-place = Сканируйте ячейку для пересчёта
count-of = Пересчёт { $place }
count-item = × { $times }: сканируйте товар, в конце ГОТОВО
count-item-damaged = БРАК × { $times }: сканируйте товар
count-item-wanted = Сканируйте товар, введите количество или ГОТОВО.
count-last = { $article }: +{ $pieces }
count-choice = { $number } { $article } { $owner }
count-several-owners = Этот код у нескольких товаров. Выберите номер.
count-lot = Сканируйте или введите партию
count-lot-unknown = Партии { $lot } у этого товара нет. Введите другую или НЕТ.
count-close = Посчитано всё? ДА — закрыть, НЕТ — продолжить
count-close-wanted = ДА — закрыть пересчёт, НЕТ — продолжить.
count-cancelled = Пересчёт { $place } отменён.
count-undone = Отменено: { $article }, { $pieces } шт.
count-recount = { $place }: расхождение. Нужен повторный пересчёт.
count-done = { $place } пересчитана. Расхождений: { $differences }.
lookup-anything = Сканируйте что угодно
lookup-unknown = Ничего не найдено: { $code }. Проверьте код.
lookup-place = { $place }: что лежит
lookup-place-empty = { $place }: пусто
lookup-product = { $article } { $name } · { $owner }
lookup-in-place = { $place }: { $pieces } шт., в резерве { $reserved } { $lot }{ $condition ->
    [available] {""}
    [damaged] {" "}БРАК
    [hold] {" "}блокировка
    [quarantine] {" "}карантин
   *[returns] {" "}возврат
}
lookup-goods = { $article } { $name }: { $pieces } шт., в резерве { $reserved } { $lot }{ $condition ->
    [available] {""}
    [damaged] {" "}БРАК
    [hold] {" "}блокировка
    [quarantine] {" "}карантин
   *[returns] {" "}возврат
}
lookup-inbound = Поставка { $document } · { $owner }
# Отбор
pick-none-waiting = Партий для отбора нет. Отсканируйте код тележки, чтобы продолжить чужую.
pick-idle = Отсканируйте код тележки
pick-bind = Поставьте тару на место { $slot } и отсканируйте её
pick-bind-expected = { $scanned } — не тара. Отсканируйте пустую тару
pick-order = Заказ { $number }
pick-bin = Идите к { $bin } и отсканируйте ячейку
pick-item = Возьмите { $pieces } шт.: сканируйте товар
pick-item-typed = { $pieces } шт. за один скан: сканируйте товар
pick-tote = Положите { $pieces } шт. в { $tote } (место { $slot }): сканируйте тару
pick-where = { $bin } · { $pieces } шт.
pick-what = { $article } { $name }
pick-lot = Партия { $lot }
pick-expires = Годен до { $day }
pick-into = Тара { $tote }, место { $slot }
pick-other-lot = Это партия { $lot }, нужна { $expected }. Взять эту? ДА или НЕТ
pick-lot-answer = Сканируйте ДА, чтобы взять другую партию, или НЕТ, чтобы искать { $lot }
pick-empty = Ячейка { $bin } теперь пуста? ДА или НЕТ
pick-empty-answer = Посмотрите в ячейку { $bin } и сканируйте ДА (пуста) или НЕТ
pick-empty-counted = Назначен пересчёт ячейки. Продолжайте
pick-finish = Партия { $number } собрана. Отвезите тележку на упаковку и сканируйте ГОТОВО
pick-finish-answer = Всё отобрано. Сканируйте ГОТОВО
pick-finished = Партия { $number } сдана на упаковку
pick-not-done = Ещё не всё: осталось заданий { $count }. Отметьте недобор, если товара нет
pick-command-unfit = Эта команда здесь не подходит
pick-over = Это { $wanted } шт., а нужно ещё { $left }. Лишнее верните в ячейку
pick-expected-bin = Не та ячейка: { $scanned }. Нужна { $expected }
pick-expected-item = Не тот товар: { $scanned }. Нужен { $expected }
pick-expected-lot = Не та партия: { $scanned }. Нужна { $expected }
pick-expected-tote = Не та тара: { $scanned }. Нужна { $expected }
pick-task-gone = Это задание снято: заказ отменён или отобран на другом устройстве. Уже взятое отложите
pick-undone = Отменено: верните { $pieces } шт. в ячейку
pick-undo-short = Недобор не отменить: ячейка ждёт пересчёта. Нашёлся товар — скажите старшему, пересчёт вернёт его
pick-undo-damaged = Брак не отменить. Если товар цел, скажите старшему: пересчёт ячейки вернёт его
pick-rest-elsewhere = Ищите ещё { $elsewhere } шт. в другой ячейке: задание добавлено
pick-rest-cancelled = Больше нет: { $cancelled } шт. снято с заказа
pick-rest-withdrawn = Заказ ждёт товара и снят с тележки. Его тару отложите на возврат

# Упаковка
pack-start = Отсканируйте тару или номер заказа
pack-expected-tote = { $scanned } — не тара и не номер заказа
pack-order = Заказ { $number } · место { $parcel }
pack-line = { $article } { $name }: ещё { $missing } шт.
pack-line-marked = { $article } { $name }: ещё { $missing } шт., по кодам маркировки
pack-item-marked = Осталось { $count } шт.: сканируйте код маркировки
pack-quantity-marked = Товар с маркировкой считается только сканом: отсканируйте код маркировки каждой штуки
pack-item = Осталось { $count } шт.: сканируйте товар
pack-item-typed = { $pieces } шт. за один скан: сканируйте товар
pack-unknown-item = Код { $scanned } у этого магазина не известен. Отложите товар
pack-incomplete = Не хватает { $count } шт. Доложите, НЕДОБОР — закрыть с причиной, ПОЛНО — ещё одно место
pack-command-unfit = Эта команда здесь не подходит
pack-reason = Причина недовложения?
pack-reason-answer = Наберите причину или сканируйте ОТМЕНА
pack-packaging = Упаковка { $code }: ДА или код другой
pack-packaging-own = Едет в своей коробке: ДА или код упаковки
pack-packaging-own-box-alone = Товар в своей коробке едет отдельно. Выберите упаковку
pack-packaging-too-large = По размеру ничего не подходит. Выберите упаковку
pack-packaging-too-heavy = По весу ничего не подходит. Выберите упаковку
pack-packaging-fragile = Хрупкое: подходящей упаковки нет. Выберите упаковку
pack-packaging-answer = Сканируйте код упаковки, ДА — взять предложенную, ПРОПУСК — без упаковки
pack-weight = Взвесьте место: ГОТОВО с весов или вес в граммах
pack-weight-doubted = { $weight } г? ДА или взвесьте снова
pack-weight-far = Взвешено { $measured } г, ожидалось { $expected } г. Проверьте вложение
pack-weight-answer = Поставьте на весы и сканируйте ГОТОВО или введите вес в граммах
pack-overloaded = Для { $code } тяжело: { $load } г, можно { $most } г. Возьмите упаковку прочнее
pack-overload = { $code } не выдержит. Код другой упаковки или ДА — оставить
pack-overload-line = Вложено { $load } г, можно { $most } г
pack-overload-reason = Почему оставляем эту упаковку?
pack-overload-answer = Сканируйте код другой упаковки, ДА — оставить эту с причиной, ПРОПУСК — без упаковки
pack-packed = Заказ { $order } упакован. Наклейте этикетку { $parcel }
pack-next-parcel = Место { $parcel } закрыто. Следующее место
pack-undone = Выньте { $pieces } шт. и верните в тару
put-back-tote = Возврат на полку: сканируйте тару
put-back-tote-wanted = Сканируйте тару, из которой нужно вернуть товар.
put-back-nothing = В { $place } возвращать нечего. Сканируйте другую тару.
put-back-item = Сканируйте товар из тары
put-back-line = { $article } { $name } { $lot }: вернуть { $pieces } шт.
put-back-item-wanted = Сканируйте товар из списка или другую тару. НЕТ — назад.
put-back-not-listed = { $code }: этого товара в списке возврата нет. Проверьте код.
put-back-bin = Несите в { $bin }
put-back-any-bin = Сканируйте любую подходящую ячейку
put-back-bin-wanted = Сканируйте ячейку или введите количество. НЕТ — назад.
put-back-too-many = Столько возвращать не нужно. Введите меньше.
put-back-done = Возвращено { $pieces } шт. в { $bin }.
repair-not_utf8 = Сканер прислал не UTF-8: проверьте его кодировку.
repair-control_removed = В коде были служебные символы, они убраны.
repair-layout_undone = Код пришёл в русской раскладке и прочитан как латиница.
repair-case_undone = Включён Caps Lock: регистр букв исправлен. Выключите его.
repair-double_removed = Код пришёл дважды, учтён один раз.
repair-brackets_removed = Код набран со скобками, они убраны.
repair-fnc1_removed = Сканер прислал знак FNC1 текстом, он убран.
repair-separator_restored = Разделители GS восстановлены по замене.
repair-separator_guessed = Разделители GS потеряны и восстановлены по составу кода. Настройте сканер.
printer-chosen = Печать теперь на «{ $name }», этикетки { $media }
printer-chosen-stopped = Печать теперь на «{ $name }», этикетки { $media }. Принтер стоит: { $reason }
pack-label-verified = Этикетка { $parcel } проверена
