problem-vat_mode_too_early = The VAT mode { $mode } begins on { $day }: name that day or a later one.
problem-vat_mode_system_unfit = The tax system { $system } has no VAT mode { $mode }: 5 and 7 % are for the simplified system only, and a patent has no VAT. Check both.
problem-receipt_taken = The receipt { $document } of the drive { $drive } is kept with the parcel { $parcel }, or with other sums. Compare the numbers with the receipt; annul what was entered by mistake.
problem-receipt_unknown = The parcel { $parcel } has no receipt { $document } of the drive { $drive } that counts. Compare the numbers with the list of its receipts.
problem-receipt_of_carrier = The receipt { $document } of the drive { $drive } came from the carrier: only one that a person entered can be annulled. If it is wrong, ask the carrier.
