problem-vat_mode_too_early = The VAT mode { $mode } begins on { $day }: name that day or a later one.
problem-vat_mode_system_unfit = The tax system { $system } has no VAT mode { $mode }: 5 and 7 % are for the simplified system only, and a patent has no VAT. Check both.
problem-receipt_taken = The receipt { $document } of the drive { $drive } is kept with the parcel { $parcel }, or with other sums. Compare the numbers with the receipt.
