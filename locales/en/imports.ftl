problem-import_unreadable = The file { $file } cannot be read: { $why }. It must be CSV or XLSX, possibly .gz.
problem-import_column_missing = The file { $file } has no column for the field { $field }. Its columns: { $headings }. Name it: --map { $field }=Heading.
problem-import_field_unknown = There is no field { $field }. Known fields: { $known }.
problem-import_map_invalid = The column map cannot be read: { $map }. Write field=Heading with commas, or give a TOML or JSON file.
problem-import_owner_missing = Name whose file it is: owner_id.
problem-import_refused = Nothing was imported. { $file }, line { $line }, column { $column }: { $why }. Wrong rows in all: { $count }.
import-missing = empty: fill in the cell
import-not-goods = “{ $value }” is a service, not goods: the row is left out
import-cancellation-without-order = “{ $value }” is a cancellation paper that names no order: cancel the order itself
import-quantity-impossible = the quantity “{ $value }” is impossible: a whole number above zero is needed
import-not-a-whole-number = “{ $value }” is not a whole number
import-not-a-price = “{ $value }” is not a price with at most two decimals
import-price-negative = the price “{ $value }” is below zero
import-article-unknown = there is no article “{ $value }”: import the products first, or let them be created
import-order-exists = the order “{ $value }” exists with other content: change it or use another number
import-not-a-time = “{ $value }” is not a time such as 2026-11-22T18:00:00Z
import-not-a-day = “{ $value }” is not a day such as 2026-11-22
import-duplicate-in-file = “{ $value }” stands in the file twice: keep one row
import-barcode-taken = the barcode “{ $value }” belongs to another product
import-bad-value = “{ $value }” is not allowed here
import-bin-unknown = there is no bin “{ $value }”: import the bins first
import-word-unknown = the word “{ $value }” is unknown
