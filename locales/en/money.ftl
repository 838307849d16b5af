problem-money_amount_not_positive = { $amount } kopecks cannot be transferred: a transfer is for more than zero.
problem-money_period_closed = The period with the day { $day } is closed. Make the correction on a later day.
problem-cod_parcel_unknown = There is no parcel { $parcel }.
problem-cod_out_of_order = The money of this parcel has not come so far ({ $rule }). Post the step before first.
problem-cod_sum_too_big = The sum is too big.
