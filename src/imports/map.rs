//! Which column is which field: learnt from known headings, or told.

use std::collections::{BTreeMap, HashMap};

use super::table::{Row, Table};
use super::{ImportError, ImportKind, Refusal};
use crate::units::Kopecks;

/// A field of a kind of file, and under which headings it is known. Headings are compared without
/// case, blanks and punctuation.
pub struct Field {
    pub name: &'static str,
    pub required: bool,
    headings: &'static [&'static str],
}

pub(crate) const fn field(name: &'static str, headings: &'static [&'static str]) -> Field {
    Field { name, required: false, headings }
}

const fn needed(name: &'static str, headings: &'static [&'static str]) -> Field {
    Field { name, required: true, headings }
}

const ORDERS: &[Field] = &[
    needed(
        "order",
        &["InvoiceNo", "OrderNumber", "ExternalNumber", "НомерЗаказа", "Заказ", "НомерОтправления"],
    ),
    needed("article", &["StockCode", "SKU", "Артикул", "АртикулТовара", "КодТовара"]),
    needed("quantity", &["Qty", "Количество", "КолВо", "Шт"]),
    field("name", &["Description", "ProductName", "Наименование", "Название", "Товар"]),
    field("price", &["UnitPrice", "Цена", "ЦенаЗаШт"]),
    field("customer", &["CustomerID", "Customer", "Покупатель", "Клиент"]),
    field("recipient", &["RecipientName", "Получатель", "ФИО", "ФИОПолучателя"]),
    field("phone", &["Телефон", "ТелефонПолучателя"]),
    field("email", &["Почта", "ЭлПочта"]),
    field("country", &["Страна"]),
    field("city", &["Город", "НаселённыйПункт"]),
    field("postcode", &["Zip", "Индекс", "ПочтовыйИндекс"]),
    field("address", &["Адрес", "АдресДоставки"]),
    field("comment", &["Комментарий", "Примечание"]),
    field("carrier", &["Перевозчик", "СлужбаДоставки", "ТК"]),
    field("pickup_point", &["ПВЗ", "ПунктВыдачи"]),
    field("cod", &["НаложенныйПлатёж", "НаложенныйПлатеж", "Кодоплате", "СуммаКОплате"]),
    field("promised_at", &["PromisedAt", "Срок", "ОтгрузитьДо"]),
    field("priority", &["Приоритет"]),
];

const PRODUCTS: &[Field] = &[
    needed("article", &["StockCode", "SKU", "Артикул", "КодТовара"]),
    needed("name", &["Description", "ProductName", "Наименование", "Название", "Товар"]),
    field("barcode", &["EAN", "EAN13", "GTIN", "Штрихкод", "ШК"]),
    field("category", &["Категория"]),
    field("length_mm", &["Length", "Длина", "ДлинаМм"]),
    field("width_mm", &["Width", "Ширина", "ШиринаМм"]),
    field("height_mm", &["Height", "Высота", "ВысотаМм"]),
    field("weight_g", &["Weight", "Вес", "ВесГ"]),
    field("marked", &["Маркировка", "Маркируемый", "ЧестныйЗнак"]),
];

const STOCK: &[Field] = &[
    needed("article", &["StockCode", "SKU", "Артикул", "КодТовара"]),
    needed("bin", &["Location", "Ячейка", "Место"]),
    needed("quantity", &["Qty", "Количество", "КолВо", "Остаток"]),
    field("lot", &["Batch", "Партия", "Серия"]),
    field("expires_on", &["Expiry", "ExpiresOn", "ГоденДо", "СрокГодности"]),
];

const BINS: &[Field] = &[
    needed("code", &["Bin", "Location", "Ячейка", "Код", "КодЯчейки"]),
    field("zone", &["Зона"]),
    field("aisle", &["Ряд", "Проход"]),
    field("purpose", &["Назначение"]),
    field("sequence", &["Порядок", "ПорядокОбхода"]),
    field("volume_max_cm3", &["Volume", "Объём", "Объем"]),
    field("weight_max_g", &["MaxWeight", "Грузоподъёмность", "МаксВес"]),
    field("mixing", &["Смешивание"]),
];

/// The fields of a list of delivery points.
pub const POINTS: &[Field] = &[
    needed("code", &["PointCode", "Код", "КодПункта", "КодПВЗ", "НомерПункта"]),
    field("kind", &["Type", "Тип", "ВидПункта", "ТипПункта"]),
    field("name", &["Название", "Наименование", "Пункт"]),
    field("region", &["Регион", "Область"]),
    needed("city", &["Город", "НаселённыйПункт", "НаселенныйПункт"]),
    field("postcode", &["Zip", "Index", "Индекс", "ПочтовыйИндекс"]),
    needed("address", &["Адрес"]),
    field("latitude", &["Lat", "Широта"]),
    field("longitude", &["Lon", "Lng", "Долгота"]),
    field("hours", &["WorkingHours", "Schedule", "РежимРаботы", "ЧасыРаботы", "ВремяРаботы"]),
    field("phone", &["Телефон"]),
    field("hint", &["HowToGet", "КакПройти", "Примечание", "Комментарий"]),
    field("weight_max_kg", &["MaxWeight", "МаксВес", "МаксВесКг", "ОграничениеПоВесуКг"]),
    field("longest_max_mm", &["MaxSide", "МаксСторонаМм", "МаксДлинаМм"]),
    field("sum_of_sides_max_mm", &["MaxSumOfSides", "СуммаСторонМм", "МаксСуммаСторонМм"]),
    field("cod_max", &["MaxCOD", "МаксНП", "МаксНаложенныйПлатёж", "МаксНаложенныйПлатеж"]),
    field("cash", &["Наличные", "ОплатаНаличными"]),
    field("card", &["Карта", "ОплатаКартой"]),
    field("partial_buy_out", &["PartialDelivery", "ЧастичныйВыкуп", "ЧастичнаяВыдача"]),
    field("hands_out", &["Выдача", "Выдаёт", "Выдает"]),
    field("takes_in", &["Приём", "Прием", "Принимает"]),
    field("closed", &["Закрыт", "ВременноЗакрыт"]),
];

/// The fields of a carrier's invoice.
pub const INVOICE: &[Field] = &[
    field(
        "track",
        &[
            "TrackNumber",
            "Трек",
            "ТрекНомер",
            "ТрекКод",
            "НомерНакладной",
            "Накладная",
            "НомерОтправления",
            "Отправление",
            "ШПИ",
        ],
    ),
    field(
        "number",
        &["НомерИМ", "НомерОтправленияИМ", "НомерОтправителя", "НомерМеста", "НашНомер"],
    ),
    field("order", &["OrderNumber", "НомерЗаказа", "Заказ", "НомерЗаказаИМ", "ЗаказКлиента"]),
    field("service", &["Услуга", "ВидУслуги", "НаименованиеУслуги", "ТипУслуги", "Наименование"]),
    needed(
        "amount",
        // What is to be paid: a file that has it without VAT too names both.
        &[
            "СуммаСНДС",
            "СуммаСНДСРуб",
            "СуммаСУчётомНДС",
            "СуммаСУчетомНДС",
            "СуммаВключаяНДС",
            "СтоимостьСНДС",
            "СтоимостьСНДСРуб",
            "СтоимостьСУчётомНДС",
            "СтоимостьСУчетомНДС",
            "СтоимостьУслугиСНДС",
            "ИтогоСНДС",
            "ВсегоСНДС",
            "ВсегоКОплате",
            "ИтогоКОплате",
            "СуммаКОплате",
            "КОплате",
            "Всего",
            "Итого",
            "Сумма",
            "СтоимостьУслуги",
            "Стоимость",
        ],
    ),
    field("vat", &["НДС", "СуммаНДС", "ВТомЧислеНДС", "ВТЧНДС"]),
    field(
        "weight_kg",
        &[
            "Вес",
            "ВесКг",
            "РасчётныйВес",
            "РасчётныйВесКг",
            "РасчетныйВесКг",
            "ТарифицируемыйВесКг",
            "ОплачиваемыйВесКг",
            "РасчетныйВес",
            "ТарифицируемыйВес",
            "ОплачиваемыйВес",
        ],
    ),
    field(
        "service_day",
        &[
            "Date",
            "ДатаУслуги",
            "ДатаОказания",
            "ДатаОказанияУслуги",
            "ДатаДоставки",
            "ДатаВручения",
            "Дата",
        ],
    ),
];

/// The fields of a kind of file.
pub const fn fields(kind: ImportKind) -> &'static [Field] {
    match kind {
        ImportKind::Orders => ORDERS,
        ImportKind::Products => PRODUCTS,
        ImportKind::Stock => STOCK,
        ImportKind::Bins => BINS,
    }
}

/// Which field stands under which heading, as told: `field=Heading,…`, or the text of a TOML or
/// JSON file with the same pairs.
pub fn overrides(text: &str) -> Result<BTreeMap<String, String>, ImportError> {
    let wrong = || ImportError::MapInvalid { map: text.chars().take(100).collect() };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(BTreeMap::new());
    }
    if trimmed.starts_with('{') {
        return serde_json::from_str(trimmed).map_err(|_| wrong());
    }
    if trimmed.contains('\n') || trimmed.contains('"') {
        return toml::from_str(trimmed).map_err(|_| wrong());
    }
    let pair = |pair: &str| {
        let (field, heading) = pair.split_once('=').ok_or_else(wrong)?;
        Ok((field.trim().to_owned(), heading.trim().to_owned()))
    };
    trimmed.split(',').map(pair).collect()
}

/// Where each field stands in a row.
#[derive(Debug, Clone)]
pub struct Columns {
    places: HashMap<&'static str, (usize, String)>,
}

impl Columns {
    /// Finds the fields that a kind of file may have under the headings of a table.
    pub fn find(
        known: &'static [Field],
        file: &str,
        table: &Table,
        told: &BTreeMap<String, String>,
    ) -> Result<Self, ImportError> {
        Self::among(known, file, &table.headings, told)
    }

    /// The same where the heading was found among the rows of a file.
    pub fn among(
        known: &'static [Field],
        file: &str,
        row: &[String],
        told: &BTreeMap<String, String>,
    ) -> Result<Self, ImportError> {
        if let Some(field) = told.keys().find(|name| !known.iter().any(|f| f.name == **name)) {
            let names: Vec<&str> = known.iter().map(|field| field.name).collect();
            let known = names.join(", ");
            return Err(ImportError::FieldUnknown { field: field.clone(), known });
        }
        let headings: Vec<String> = row.iter().map(|h| folded(h)).collect();
        let mut places = HashMap::new();
        for field in known {
            let place = match told.get(field.name) {
                Some(heading) => headings.iter().position(|h| *h == folded(heading)),
                None => std::iter::once(&field.name)
                    .chain(field.headings)
                    .find_map(|name| headings.iter().position(|h| *h == folded(name))),
            };
            match place {
                Some(place) => {
                    places.insert(field.name, (place, row[place].clone()));
                }
                None if field.required || told.contains_key(field.name) => {
                    return Err(ImportError::ColumnMissing {
                        file: file.to_owned(),
                        field: field.name.to_owned(),
                        headings: row.join(", "),
                    });
                }
                None => {}
            }
        }
        Ok(Self { places })
    }

    /// Whether the file has the field.
    pub fn has(&self, field: &str) -> bool {
        self.places.contains_key(field)
    }

    /// How many fields the file has.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// The text of a field; empty when the column or the cell is not there.
    pub fn text<'a>(&self, row: &'a Row, field: &str) -> &'a str {
        let place = self.places.get(field).map(|(place, _)| *place);
        place.and_then(|place| row.cells.get(place)).map_or("", String::as_str)
    }

    /// The heading under which a field stands in this file.
    pub fn heading(&self, field: &str) -> Option<String> {
        self.places.get(field).map(|(_, heading)| heading.clone())
    }

    /// A row that is refused because of one field.
    pub fn refuse(&self, row: &Row, field: &str, code: &'static str) -> Refusal {
        debug_assert!(super::REFUSAL_CODES.contains(&code), "{code} has no sentence");
        let value: String = self.text(row, field).chars().take(60).collect();
        Refusal { line: row.line, column: self.heading(field), code, value }
    }

    /// A whole number.
    pub fn whole(&self, row: &Row, field: &str) -> Result<Option<i64>, Refusal> {
        let text = self.text(row, field);
        if text.is_empty() {
            return Ok(None);
        }
        match decimal(text, 0) {
            Some(value) => Ok(Some(value)),
            None => Err(self.refuse(row, field, "not_a_whole_number")),
        }
    }

    /// A number with so many places behind the point, as a whole number of its last place.
    pub fn exact(&self, row: &Row, field: &str, places: usize) -> Result<Option<i64>, Refusal> {
        match self.text(row, field) {
            "" => Ok(None),
            text => match decimal(text, places) {
                Some(value) if value >= 0 => Ok(Some(value)),
                _ => Err(self.refuse(row, field, "bad_value")),
            },
        }
    }

    /// `да` or `нет`; an empty cell is `нет`.
    pub fn yes(&self, row: &Row, field: &str) -> Result<bool, Refusal> {
        match self.text(row, field) {
            "" => Ok(false),
            word => yes_or_no(word).ok_or_else(|| self.refuse(row, field, "bad_value")),
        }
    }

    /// Roubles as kopecks.
    pub fn money(&self, row: &Row, field: &str) -> Result<Kopecks, Refusal> {
        let text = self.text(row, field);
        if text.is_empty() {
            return Ok(Kopecks::ZERO);
        }
        match decimal(text, 2) {
            Some(value) if value < 0 => Err(self.refuse(row, field, "price_negative")),
            Some(value) => Ok(Kopecks::new(value)),
            None => Err(self.refuse(row, field, "not_a_price")),
        }
    }
}

/// `да` or `нет` in any case; nothing for other words.
pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "да" | "yes" | "true" | "1" => Some(true),
        "нет" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// A heading as headings are compared.
pub(crate) fn folded(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `1 234,50` with two places is 123450. More places than asked for must be zeros.
pub fn decimal(text: &str, places: usize) -> Option<i64> {
    let plain: String =
        text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.as_str()),
    };
    let (whole, rest) = digits.split_once([',', '.']).unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(rest) {
        return None;
    }
    let (kept, beyond) = rest.split_at(rest.len().min(places));
    if beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let number: i64 = format!("{whole}{kept:0<places$}").parse().ok()?;
    Some(sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_without_rounding() {
        let cases = [
            ("2.55", Some(255)),
            ("2,5", Some(250)),
            ("1 234,50", Some(123_450)),
            ("1\u{a0}000", Some(100_000)),
            ("-3.10", Some(-310)),
            ("0.500", Some(50)),
            ("0.001", None),
            ("1.2.3", None),
            ("", None),
            (",5", None),
            ("1e3", None),
        ];
        for (text, kopecks) in cases {
            assert_eq!(decimal(text, 2), kopecks, "{text}");
        }
        assert_eq!(decimal("6.0", 0), Some(6), "as a workbook writes it");
        assert_eq!(decimal("6.5", 0), None);
    }

    #[test]
    fn a_map_is_told_in_three_ways() {
        let expected = BTreeMap::from([("article".to_owned(), "Код".to_owned())]);
        for text in ["article=Код", "{\"article\": \"Код\"}", "article = \"Код\"\n"] {
            assert_eq!(overrides(text).unwrap(), expected);
        }
        assert!(overrides("article").is_err());
    }
}
