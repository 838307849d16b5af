//! The carriers of the month: what they keep of a payment, and how their registers look.

/// The operator's contract with each carrier.
pub(super) const CONTRACT: &str = "НП-15/2026";

/// How the file of a register is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `;` between fields, a point in sums.
    Utf8,
    /// windows-1251, a comma in sums and blanks between thousands.
    Windows,
    /// A workbook with a title above its heading, and a row of totals.
    Workbook,
}

/// By which number a register names a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Track,
    Order,
    Both,
}

/// A carrier of the month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) inn: &'static str,
    pub(super) style: Style,
    pub(super) names: Names,
    /// Hundredths of a per cent, and the least per parcel.
    pub(super) fee: (i64, i64),
    /// It keeps the delivery, too.
    pub(super) keeps_delivery: bool,
    pub(super) tells_method: bool,
    /// VAT, contract and currency stand in columns of their own.
    pub(super) tells_papers: bool,
}

impl Manner {
    pub(super) const fn names_orders(&self) -> bool {
        !matches!(self.names, Names::Track)
    }
}

pub(super) const CARRIERS: [Manner; 6] = [
    Manner {
        code: "cdek",
        name: "ООО «Быстрый»",
        inn: "7722327689",
        style: Style::Utf8,
        names: Names::Both,
        fee: (250, 0),
        keeps_delivery: true,
        tells_method: true,
        tells_papers: true,
    },
    Manner {
        code: "boxberry",
        name: "ООО «Пункты»",
        inn: "7736207543",
        style: Style::Windows,
        names: Names::Order,
        fee: (300, 3_000),
        keeps_delivery: false,
        tells_method: true,
        tells_papers: false,
    },
    Manner {
        code: "dpd",
        name: "АО «Посылки»",
        inn: "7713215523",
        style: Style::Workbook,
        names: Names::Both,
        fee: (180, 1_500),
        keeps_delivery: true,
        tells_method: false,
        tells_papers: false,
    },
    Manner {
        code: "post",
        name: "АО «Отделения»",
        inn: "7724490000",
        style: Style::Windows,
        names: Names::Track,
        fee: (150, 0),
        keeps_delivery: false,
        tells_method: false,
        tells_papers: false,
    },
    Manner {
        code: "pek",
        name: "ООО «Фуры»",
        inn: "7721823853",
        style: Style::Workbook,
        names: Names::Order,
        fee: (200, 6_000),
        keeps_delivery: true,
        tells_method: true,
        tells_papers: false,
    },
    Manner {
        code: "dellin",
        name: "ООО «Линии»",
        inn: "7826156685",
        style: Style::Utf8,
        names: Names::Both,
        fee: (125, 2_500),
        keeps_delivery: false,
        tells_method: true,
        tells_papers: true,
    },
];
