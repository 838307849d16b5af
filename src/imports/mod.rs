//! Files that come in: CSV and XLSX of any encoding, with a map of columns.
