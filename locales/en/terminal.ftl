login-badge = Scan your badge
login-pin = Enter your PIN
login-hello = Hello, { $name }!
menu-title = Choose your work
menu-receive = { $number } Receiving
menu-putaway = { $number } Putaway
menu-pick = { $number } Picking
menu-pack = { $number } Packing
menu-load = { $number } Loading
menu-count = { $number } Counting
menu-move = { $number } Moving
menu-lookup = { $number } Look-up
menu-put_back = { $number } Put back
menu-unknown = No such work. Enter the number of a line or scan a code from the wall.
problem-sequence_invalid = The number of a scan must be above zero.
problem-not_a_device = Scans are taken from enrolled devices only.
problem-nothing_to_undo = Nothing to undo: the last action cannot be taken back any more.
problem-flow_forbidden = Your role does not allow this work. Ask the shift leader.
problem-batch_too_long = Too many scans at once: { $most } at most.
problem-frame_invalid = The scan cannot be read: too long or damaged. Scan again.

# Receiving, putaway, moving, counting, look-up.
place-unknown = No such place: { $code }. Scan the code of a bin or a unit.
choice-wanted = Enter the number of a line, or NO to go back.
choose-goods = Which one? Enter its number
goods-line = { $article } { $name } { $lot }{ $condition ->
    [available] {""}
    [damaged] {" "}DAMAGED
    [hold] {" "}on hold
    [quarantine] {" "}quarantine
   *[returns] {" "}returned
}
goods-choice = { $number } { $article } { $lot } · { $place } · { $pieces } pcs{ $condition ->
    [available] {""}
    [damaged] {" "}DAMAGED
    [hold] {" "}on hold
    [quarantine] {" "}quarantine
   *[returns] {" "}returned
}
goods-pieces = { $pieces } pcs
goods-unknown = Unknown code: { $code }. Put the goods aside and call the shift leader.
receive-choose = Scan the number of the delivery or enter a line's number
receive-delivery = { $number } { $document } { $owner }
receive-no-delivery = There is no open delivery { $number }. Choose from the list or enter NEW.
receive-several-deliveries = Several deliveries have this number. Choose the owner by the line's number.
receive-owner = Not announced: enter the owner's code
receive-owner-unknown = There is no owner with the code { $code }. Enter it again.
receive-dock = Scan the receiving bin
receive-of = { $document } · { $owner }
receive-item = Scan an item
receive-item-times = × { $times }: scan an item
receive-item-damaged = DAMAGED × { $times }: scan an item
receive-item-wanted = Scan an item, enter a quantity, or DONE.
receive-last = { $article }: +{ $pieces }, received { $received } of { $expected }
receive-several-products = Several products of the owner have this code. Choose a number.
receive-choose-product = Which product? Enter its number
receive-choose-number = Enter the number of a line, or NO to go back.
receive-product = { $number } { $article } { $name }
receive-draft = { $article } { $name }, { $pieces } pcs
receive-lot = Scan or enter the lot
receive-lot-wanted = The lot is needed: scan or enter it. NO to leave it out.
receive-expiry = Enter the expiry date: DD.MM.YYYY
receive-expiry-wanted = This is no date. Enter DD.MM.YYYY. NO to leave it out.
receive-measure = Measure: length width height in mm and weight in g
receive-measure-wanted = Enter four numbers with spaces, such as 100 80 50 300. SKIP to go without.
receive-surplus = Surplus! Scan the item again or YES to take it
receive-surplus-wanted = Scan the same item or YES to take the surplus. NO to leave it out.
receive-aside = Put aside. How many pieces to note?
receive-aside-wanted = Enter how many pieces were put aside. NO to note nothing.
receive-foreign = Another owner's goods { $article }, owner { $owner }. Put them aside.
receive-unknown = Unknown goods { $code }. Put them aside.
receive-noted = Noted as a discrepancy: { $pieces } pcs.
receive-undone = Undone: { $article }, { $pieces } pcs.
receive-labels = Stick on the labels: { $labels }, code { $barcode }.
receive-nothing-to-print = Scan an item first, then REPRINT.
receive-close = Close the delivery? YES to close, NO to go back
receive-close-wanted = YES to close the delivery, NO to go on.
receive-closed = The delivery { $document } is closed. Discrepancies: { $differences }.
putaway-item = Scan an item at the receiving bin
putaway-item-wanted = Scan the item to be put away.
putaway-not-waiting = { $code }: no such goods wait at the docks. Check the code.
putaway-bin = Carry to { $bin }
putaway-any-bin = Scan a fitting bin twice
putaway-bin-wanted = Scan the bin, enter a quantity, or SKIP for another bin.
putaway-too-many = There are not so many here. Enter fewer.
putaway-part = { $pieces } pcs fit there. Put the rest away later.
putaway-scan-again = { $bin } is not the bin proposed. Scan it again to put the goods here.
putaway-done = { $pieces } pcs put into { $bin }.
move-from = Where from? Scan a bin or a unit
move-from-line = From { $place }
move-item = Scan an item
move-item-or-bin = Scan an item, or a bin to move the whole unit
move-to = Where to? Scan a bin
move-wanted = Scan a code. NO to start anew.
move-too-many = There are not so many free pieces here. Enter fewer.
move-not-here = { $code }: no such goods in { $place }.
move-done = { $pieces } pcs moved to { $bin }.
move-unit-done = { $unit } stands in { $bin }.
count-place = Scan the bin to count
count-of = Counting { $place }
count-item = × { $times }: scan an item, DONE at the end
count-item-damaged = DAMAGED × { $times }: scan an item
count-item-wanted = Scan an item, enter a quantity, or DONE.
count-last = { $article }: +{ $pieces }
count-choice = { $number } { $article } { $owner }
count-several-owners = Several products have this code. Choose a number.
count-lot = Scan or enter the lot
count-lot-unknown = These goods have no lot { $lot }. Enter another one or NO.
count-close = Is everything counted? YES to close, NO to go on
count-close-wanted = YES to close the count, NO to go on.
count-cancelled = The count of { $place } is cancelled.
count-undone = Undone: { $article }, { $pieces } pcs.
count-recount = { $place }: a difference. It has to be counted again.
count-done = { $place } is counted. Differences: { $differences }.
lookup-anything = Scan anything
lookup-unknown = Nothing found: { $code }. Check the code.
lookup-place = { $place }: what lies there
lookup-place-empty = { $place }: empty
lookup-product = { $article } { $name } · { $owner }
lookup-in-place = { $place }: { $pieces } pcs, reserved { $reserved } { $lot }{ $condition ->
    [available] {""}
    [damaged] {" "}DAMAGED
    [hold] {" "}on hold
    [quarantine] {" "}quarantine
   *[returns] {" "}returned
}
lookup-goods = { $article } { $name }: { $pieces } pcs, reserved { $reserved } { $lot }{ $condition ->
    [available] {""}
    [damaged] {" "}DAMAGED
    [hold] {" "}on hold
    [quarantine] {" "}quarantine
   *[returns] {" "}returned
}
lookup-inbound = Delivery { $document } · { $owner }
# Picking
pick-none-waiting = No batch waits. Scan a cart's code to go on with somebody's.
pick-idle = Scan the code of a cart
pick-bind = Put a tote onto slot { $slot } and scan it
pick-bind-expected = { $scanned } is no tote. Scan an empty one
pick-order = Order { $number }
pick-bin = Go to { $bin } and scan the bin
pick-item = Take { $pieces } pcs: scan the item
pick-item-typed = { $pieces } pcs with one scan: scan the item
pick-tote = Put { $pieces } pcs into { $tote } (slot { $slot }): scan the tote
pick-where = { $bin } · { $pieces } pcs
pick-what = { $article } { $name }
pick-lot = Lot { $lot }
pick-expires = Use by { $day }
pick-into = Tote { $tote }, slot { $slot }
pick-other-lot = This is lot { $lot }, wanted is { $expected }. Take it? YES or NO
pick-lot-answer = Scan YES to take the other lot, or NO to look for { $lot }
pick-empty = Is the bin { $bin } empty now? YES or NO
pick-empty-answer = Look into the bin { $bin } and scan YES (empty) or NO
pick-empty-counted = The bin will be counted. Go on
pick-finish = Batch { $number } is picked. Bring the cart to packing and scan DONE
pick-finish-answer = Everything is picked. Scan DONE
pick-finished = Batch { $number } was handed to packing
pick-not-done = Not yet: { $count } tasks are left. Report short what is not there
pick-command-unfit = This command does not fit here
pick-over = That is { $wanted } pcs, but { $left } are wanted. Put the rest back
pick-expected-bin = Wrong bin: { $scanned }. Wanted is { $expected }
pick-expected-item = Wrong item: { $scanned }. Wanted is { $expected }
pick-expected-lot = Wrong lot: { $scanned }. Wanted is { $expected }
pick-expected-tote = Wrong tote: { $scanned }. Wanted is { $expected }
pick-task-gone = This task is gone: its order was cancelled, or another device picked it. Put aside what you hold
pick-undone = Taken back: return { $pieces } pcs to the bin
pick-undo-short = A short pick is not undone: the bin waits for a count. If the goods turned up, tell your supervisor: the count brings them back
pick-undo-damaged = Damage is not undone. If the goods are whole, tell your supervisor: a count of the bin brings them back
pick-rest-elsewhere = Look for { $elsewhere } more pcs in another bin: a task was added
pick-rest-cancelled = There is no more: { $cancelled } pcs were taken off the order
pick-rest-withdrawn = The order waits for stock and left the cart. Put its tote aside for return

# Packing
pack-start = Scan a tote or an order's number
pack-expected-tote = { $scanned } is neither a tote nor an order's number
pack-order = Order { $number } · parcel { $parcel }
pack-line = { $article } { $name }: { $missing } pcs more
pack-line-marked = { $article } { $name }: { $missing } pcs more, by marking codes
pack-item-marked = { $count } pcs left: scan the marking code
pack-quantity-marked = Marked goods are counted by scans only: scan the marking code of each piece
pack-item = { $count } pcs left: scan the item
pack-item-typed = { $pieces } pcs with one scan: scan the item
pack-unknown-item = The code { $scanned } is unknown at this shop. Put the item aside
pack-incomplete = { $count } pcs are missing. Add them, SHORT to close with a reason, FULL for another parcel
pack-command-unfit = This command does not fit here
pack-reason = Why is something missing?
pack-reason-answer = Type the reason, or scan CANCEL
pack-packaging = Packaging { $code }: YES, or another's code
pack-packaging-own = It travels in its own box: YES, or a packaging's code
pack-packaging-own-box-alone = Goods in their own box travel alone. Choose a packaging
pack-packaging-too-large = Nothing fits by size. Choose a packaging
pack-packaging-too-heavy = Nothing carries the weight. Choose a packaging
pack-packaging-fragile = Fragile: no packaging suits. Choose one
pack-packaging-answer = Scan a packaging's code, YES to take the proposed one, SKIP for none
pack-weight = Weigh the parcel: DONE from the scale, or grams
pack-weight-doubted = { $weight } g? YES, or weigh again
pack-weight-far = { $measured } g were weighed, { $expected } g expected. Check the content
pack-weight-answer = Put it on the scale and scan DONE, or enter grams
pack-overloaded = Too heavy for { $code }: { $load } g, it bears { $most } g. Take a stronger packaging
pack-overload = { $code } will not bear it. Another packaging's code, or YES to keep it
pack-overload-line = { $load } g inside, { $most } g are allowed
pack-overload-reason = Why is this packaging kept?
pack-overload-answer = Scan another packaging's code, YES to keep this one with a reason, SKIP for none
pack-packed = Order { $order } is packed. Stick on the label { $parcel }
pack-next-parcel = Parcel { $parcel } is closed. The next one
pack-undone = Take { $pieces } pcs out and return them to the tote
put-back-tote = Back to the shelf: scan the tote
put-back-tote-wanted = Scan the tote that goods are to be put back from.
put-back-nothing = Nothing in { $place } is to be put back. Scan another tote.
put-back-item = Scan an item out of the tote
put-back-line = { $article } { $name } { $lot }: put back { $pieces } pcs
put-back-item-wanted = Scan an item of the list or another tote. NO goes back.
put-back-not-listed = { $code } is not on the put-back list. Check the code.
put-back-bin = Carry to { $bin }
put-back-any-bin = Scan any bin that suits
put-back-bin-wanted = Scan the bin or type a quantity. NO goes back.
put-back-too-many = So many are not to be put back. Type fewer.
put-back-done = { $pieces } pcs put back into { $bin }.
repair-not_utf8 = The scanner does not send UTF-8: check its encoding.
repair-control_removed = Control characters were taken out of the code.
repair-layout_undone = The code came through the Russian layout and was read as Latin.
repair-case_undone = Caps Lock is on: the case of letters was put right. Switch it off.
repair-double_removed = The code came twice and counts once.
repair-brackets_removed = The code was typed with brackets; they were taken off.
repair-fnc1_removed = The scanner sent FNC1 as text; it was taken off.
repair-separator_restored = Separators GS were restored from their substitutes.
repair-separator_guessed = Separators GS were lost and restored by the composition of the code. Set the scanner up.
printer-chosen = Printing on “{ $name }” now, labels { $media }
printer-chosen-stopped = Printing on “{ $name }” now, labels { $media }. The printer has stopped: { $reason }
pack-label-verified = The label { $parcel } is checked
