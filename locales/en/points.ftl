problem-delivery_point_not_found = { $carrier } has no point { $code }. Check the code or refresh the points.
problem-delivery_points_not_told = { $carrier } does not name its points: there is no contract in use, or no such interface. Check the contract in the settings.
problem-delivery_points_busy = The points of { $carrier } are being refreshed already. Wait for the end.
problem-delivery_points_implausible = The refresh would close { $closing } of { $open } points of { $carrier }. That looks like a wrong answer, nothing was closed. If it is right, refresh by hand with closing = any.
problem-shipment_point_unfit = The point { $point } does not take the parcel: { $reason ->
    [closed] it is closed
    [hands_nothing_out] it hands no parcels out
    [too_heavy] it weighs { $actual } g, at most { $limit } g
    [side_too_long] a side of { $actual } mm, at most { $limit } mm
    [sum_of_sides] sides of { $actual } mm together, at most { $limit } mm
    [volume] a volume of { $actual } cm³, at most { $limit } cm³
    [cod_not_taken] nothing can be paid there
    [cod_over_limit] { $actual } roubles to pay, at most { $limit }
    [no_partial_buy_out] no partial buy-out there
   *[other] { $reason }
}. Choose another point or another carrier.
