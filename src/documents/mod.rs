//! Papers: HTML and XLSX from our own model.
