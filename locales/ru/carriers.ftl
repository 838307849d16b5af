problem-carrier_refused = { $carrier } не принимает: { $said }. Исправьте данные или выберите другую службу доставки.
problem-carrier_credentials = { $carrier } не узнаёт нас: { $said }. Проверьте ключи в настройках службы доставки.
problem-carrier_limited = { $carrier } просит обращаться реже: { $said }. Запрос повторится сам.
problem-carrier_unavailable = { $carrier } не отвечает: { $said }. Запрос повторится сам; можно выбрать другую службу доставки.
problem-carrier_unclear = { $carrier } не ответила внятно: { $said }. Сначала узнаем у неё по нашему номеру, сделано ли это, и только потом повторим.
problem-carrier_malformed = { $carrier } ответила не так, как обещает её описание: { $said }. Запрос повторится сам; если не пройдёт, сообщите администратору.
problem-carrier_unknown_thing = { $carrier } не знает такого: { $said }.
problem-carrier_not_sayable = Эти данные нельзя передать в { $carrier }: { $said }. Исправьте их в заказе.
problem-carrier_account = Договор с { $carrier } описан неверно: { $said }. Исправьте настройки службы доставки.

problem-shipment_not_found = Отправление { $shipment } не найдено.
problem-carrier_account_not_found = Договор { $account } не найден.
problem-carrier_account_taken = Договор с { $carrier } для этого склада и магазина уже описан. Измените его.
problem-carrier_without_account = Для { $carrier } договор не описан: места этой службы идут по реестру в файле.
problem-shipment_parcel_unknown = Место не найдено.
problem-shipment_parcel_not_here = Место { $number } не упаковано или уже уехало. Так можно только с упакованным местом на складе.
problem-shipment_wrong_state = Отправление в состоянии «{ $state }»: это действие сейчас невозможно.
problem-shipment_without_label = Этикетки службы доставки нет или ещё нет.
problem-post_form_unknown = Бланка { $form } здесь нет. Есть: { $known }.
problem-post_form_other_carrier = Место { $number } везёт { $carrier }: бланки Почты ему не нужны. Печатайте этикетку и акт этой службы.
problem-post_form_without_number = Почта ещё не присвоила месту { $number } номер (ШПИ). Дождитесь регистрации отправления или исправьте его ошибку, затем печатайте бланк.
problem-post_form_without_cod = За место { $number } наложенный платёж почтовым переводом не взимается: бланк { $form } не нужен. Если покупатель должен платить, проверьте заказ и вид отправления.
problem-post_form_without_value = У места { $number } нет объявленной ценности: опись (ф. 107) к нему не прилагается. Укажите цены товаров в заказе.
problem-post_form_parcels_only = Место { $number } идёт EMS: бланк { $form } для него не годится. Печатайте этикетку Почты.
problem-post_form_many_lists = В реестре отправления разных видов или договоров, списков ф. 103 будет { $count }: { $lists }. Добавьте к адресу list=1, затем list=2 и так далее.
problem-shipment_without_offer = Ни одна служба не предлагает доставку: { $why }. Исправьте адрес или условия магазина, или выберите службу сами.
problem-shipment_point_changed = Служба доставки заменила пункт { $asked } на { $point }. Сообщите покупателю, проверьте этикетку.
problem-shipment_warned = Служба доставки предупреждает: { $said }
problem-shipment_left_out = Служба доставки не включила место в свой акт: { $said }. Верните его с рейса или передайте отдельно.
problem-shipment_unconfirmed = { $carrier } не подтверждает отправление { $number } уже { $hours } ч. Найдите его по этому номеру в кабинете службы или спросите менеджера: есть — ждите, нет — отмените отправление и выберите службу заново. Само оно второй раз не создаётся.
problem-parcel_not_registered = Место { $parcel } ещё не принято службой доставки (отправление «{ $state }»). Подождите, исправьте ошибку или смените службу.
problem-pickup_not_found = Вызов курьера { $pickup } не найден.
problem-pickup_not_offered = { $carrier } не принимает вызовы курьера от программ. Вызовите курьера в кабинете перевозчика или по телефону, или сдайте места в пункте.
problem-pickup_without_door = По договору с { $carrier } места сдаются в пункте: курьеру некуда ехать. Укажите адрес забора.
problem-pickup_times_reversed = Курьера нельзя ждать с { $from } до { $to }. Укажите время начала раньше времени конца.
problem-pickup_in_the_past = { $day } { $from } уже прошло. Укажите более позднее время или другой день.
problem-pickup_nothing_waits = Для { $carrier } нет принятых перевозчиком мест, которые ждут отправки. Дождитесь упаковки и регистрации или укажите места, вес и объём сами.
problem-pickup_taken = Курьер на { $day } уже вызван: { $number }, { $state ->
    [waiting] сообщается перевозчику
    [checking] проверяется перевозчиком
    [told] принят
    [refused] перевозчик отказал
    [unclear] неясно, принят ли
    [cancelling] отменяется
   *[other] { $state }
    }. Пользуйтесь им или сначала отмените его.
problem-pickup_wrong_state = Вызов курьера в состоянии «{ $state }»: это действие сейчас невозможно.
problem-pickup_being_told = Вызов { $number } сейчас сообщается перевозчику. Подождите несколько минут и посмотрите, чем это кончилось.
problem-pickup_cancel_by_phone = { $carrier } не отменяет вызов { $number } по запросу программы. Позвоните перевозчику, отмените вызов и отметьте это: way = by_phone.
problem-pickup_unclear = { $carrier } могла принять вызов { $number }: { $said }. Позвоните перевозчику: если вызов принят, подтвердите его; если нет, повторите.
problem-pickup_too_late = Время вызова { $number } прошло. Отмените его и вызовите курьера на другое время.
problem-pickup_warned = Курьер вызван; служба доставки предупреждает: { $said }
problem-pickup_there = Курьер на этот день и адрес уже вызван, второй не приедет: { $said }. Номер вызова перевозчик не сообщает; время приезда и отмену узнавайте по телефону.
