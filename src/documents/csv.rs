//! A table as text: `;` between fields and a byte order mark, as Russian spreadsheets open it.
//!
//! Data stands there unchanged, since the reader is a carrier's program. Title and head are left
//! out: the first line names the columns.

use super::{Cell, DocumentError, Sheet, typography};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub fn write(sheet: &Sheet) -> Result<Vec<u8>, DocumentError> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    let failed = |error: csv::Error| DocumentError::Csv(error.to_string());
    writer.write_record(sheet.columns.iter().map(|column| &column.title)).map_err(failed)?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(text)).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| DocumentError::Csv(error.to_string()))
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Whole(number) => number.to_string(),
        Cell::Money(kopecks) => typography::decimal(kopecks.get(), 2),
        Cell::Weight(grams) => typography::decimal(grams.get(), 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Column;
    use crate::units::{Grams, Kopecks};

    #[test]
    fn values_are_quoted_where_needed_and_decimals_have_a_comma() {
        let sheet = Sheet {
            columns: ["Кому", "Сумма", "Вес"].map(|title| Column::new(title, 10)).to_vec(),
            rows: vec![vec![
                Cell::text("ООО \"Ромашка\"; отдел"),
                Cell::Money(Kopecks::new(-5)),
                Cell::Weight(Grams::new(1_250)),
            ]],
            ..Sheet::default()
        };
        let text = String::from_utf8(write(&sheet).unwrap()).unwrap();
        let expected = "\u{feff}Кому;Сумма;Вес\r\n\"ООО \"\"Ромашка\"\"; отдел\";-0,05;1,250\r\n";
        assert_eq!(text, expected);
    }
}
