problem-delivery_point_not_found = У перевозчика «{ $carrier }» нет пункта { $code }. Проверьте код или обновите пункты.
problem-delivery_points_not_told = «{ $carrier }» не сообщает свои пункты: нет действующего договора или такой возможности. Проверьте договор в настройках службы доставки.
problem-delivery_points_busy = Пункты «{ $carrier }» уже обновляются. Подождите, пока это закончится.
problem-delivery_points_implausible = После обновления «{ $carrier }» закрылись бы пункты: { $closing } из { $open }. Похоже на ошибку в ответе, ничего не закрыто. Если всё верно, обновите вручную с closing = any.
problem-shipment_point_unfit = Пункт { $point } не примет посылку: { $reason ->
    [closed] он закрыт
    [hands_nothing_out] он не выдаёт посылки
    [too_heavy] она весит { $actual } г, предел { $limit } г
    [side_too_long] сторона { $actual } мм, предел { $limit } мм
    [sum_of_sides] сумма сторон { $actual } мм, предел { $limit } мм
    [volume] объём { $actual } см³, предел { $limit } см³
    [cod_not_taken] он не принимает оплату
    [cod_over_limit] к оплате { $actual } ₽, предел { $limit } ₽
    [no_partial_buy_out] там нет частичного выкупа
   *[other] { $reason }
}. Выберите другой пункт или другую службу доставки.
