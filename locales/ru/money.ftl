problem-money_amount_not_positive = Сумма { $amount } коп. не годится: проводка бывает только на сумму больше нуля.
problem-money_period_closed = Период с днём { $day } закрыт. Проведите исправление новым днём.
problem-cod_parcel_unknown = Места { $parcel } нет.
problem-cod_out_of_order = Деньги этого отправления ещё не дошли до этого шага ({ $rule }). Сначала проведите предыдущий.
problem-cod_sum_too_big = Сумма слишком велика.
