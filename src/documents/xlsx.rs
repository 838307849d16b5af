//! A table as an Excel workbook, printed on A4.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{Cell, DocumentError, Sheet};

const PAPER_A4: u8 = 9;
const MONEY: &str = "#,##0.00";
const WEIGHT: &str = "#,##0.000";

/// Workbooks carry the time they were made; a fixed one keeps the bytes equal.
const MADE_AT: &str = "2026-01-01T00:00:00";

pub fn write(sheet: &Sheet) -> Result<Vec<u8>, DocumentError> {
    write_all(std::slice::from_ref(sheet))
}

/// Several tables, each on its own tab.
pub fn write_all(sheets: &[Sheet]) -> Result<Vec<u8>, DocumentError> {
    let mut workbook = Workbook::new();
    let made_at = ExcelDateTime::parse_from_str(MADE_AT)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made_at));
    for sheet in sheets {
        write_sheet(workbook.add_worksheet(), sheet)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn write_sheet(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_name(&sheet.name)?;
    page.set_paper_size(PAPER_A4).set_landscape().set_print_fit_to_pages(1, 0);
    let bold = Format::new().set_bold();
    let mut row = 0;
    if !sheet.title.is_empty() {
        page.write_string_with_format(row, 0, &sheet.title, &bold.clone().set_font_size(14))?;
        row += 1;
    }
    for (label, value) in &sheet.head {
        page.write_string_with_format(row, 0, label, &bold)?;
        page.write_string(row, 1, value)?;
        row += 1;
    }
    if row > 0 {
        row += 1;
    }
    let framed = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
    let head = framed.clone().set_bold().set_text_wrap();
    for (index, column) in (0..).zip(&sheet.columns) {
        page.set_column_width(index, column.width)?;
        page.write_string_with_format(row, index, &column.title, &head)?;
    }
    page.set_repeat_rows(row, row)?;
    page.set_freeze_panes(row + 1, 0)?;
    for cells in &sheet.rows {
        row += 1;
        write_row(page, row, cells, &framed)?;
    }
    if !sheet.totals.is_empty() {
        write_row(page, row + 1, &sheet.totals, &framed.set_bold())?;
    }
    Ok(())
}

fn write_row(
    page: &mut Worksheet,
    row: u32,
    cells: &[Cell],
    format: &Format,
) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(cells) {
        match cell {
            Cell::Empty => page.write_blank(row, column, format)?,
            Cell::Text(text) => {
                page.write_string_with_format(row, column, text, &format.clone().set_text_wrap())?
            }
            Cell::Whole(number) => {
                page.write_number_with_format(row, column, shown(*number, 1), format)?
            }
            Cell::Money(kopecks) => {
                let format = format.clone().set_num_format(MONEY);
                page.write_number_with_format(row, column, shown(kopecks.get(), 100), &format)?
            }
            Cell::Weight(grams) => {
                let format = format.clone().set_num_format(WEIGHT);
                page.write_number_with_format(row, column, shown(grams.get(), 1_000), &format)?
            }
        };
    }
    Ok(())
}

/// The format of workbooks knows no other numbers. The division is correctly rounded, so that the
/// decimal digits written are ours up to 15 of them.
#[expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "the file format stores binary floating point"
)]
fn shown(value: i64, unit: u32) -> f64 {
    value as f64 / f64::from(unit)
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};

    use super::*;
    use crate::documents::Column;
    use crate::units::{Grams, Kopecks};

    #[test]
    fn what_is_written_is_read_back_and_nothing_is_a_formula() {
        let sheet = Sheet {
            name: "Акт".to_owned(),
            title: "Акт 1".to_owned(),
            head: vec![("Перевозчик".to_owned(), "=HYPERLINK(\"x\")".to_owned())],
            columns: ["Номер", "Сумма", "Вес"].map(|title| Column::new(title, 10)).to_vec(),
            rows: vec![vec![
                Cell::text("=1+1"),
                Cell::Money(Kopecks::new(123_456)),
                Cell::Weight(Grams::new(1_250)),
            ]],
            totals: vec![Cell::text("Всего"), Cell::Whole(1), Cell::Empty],
        };
        let bytes = write(&sheet).unwrap();
        assert_eq!(bytes, write(&sheet).unwrap(), "the same model gives the same bytes");

        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("Акт").unwrap();
        let cell = |row, column| range.get_value((row, column)).cloned().unwrap_or(Data::Empty);
        assert_eq!(cell(0, 0), Data::String("Акт 1".to_owned()));
        assert_eq!(cell(1, 1), Data::String("=HYPERLINK(\"x\")".to_owned()));
        assert_eq!(cell(4, 0), Data::String("=1+1".to_owned()));
        assert_eq!(cell(4, 1), Data::Float(1234.56));
        assert_eq!(cell(4, 2), Data::Float(1.25));
        assert_eq!(cell(5, 1), Data::Float(1.0));
        assert!(book.worksheet_formula("Акт").unwrap().is_empty());
    }
}
