//! The shops of the day and what they sell.

use crate::barcodes::check_digit;

/// Of the longer one of the two kinds of tails in use.
const TAIL_CHARS: usize = 88;

/// A property of goods that changes how they are handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trait {
    Fragile,
    Liquid,
    /// Kept by lots with an expiry date.
    Dated,
    /// Comes without a barcode of its maker.
    Bare,
    /// Travels in the box it came in.
    OwnBox,
    /// Two shops sell it under one maker's code.
    Shared,
    /// The acceptance policy does not let it in.
    Perishable,
    /// Each piece has a marking code, by which it is packed.
    Marked,
}

/// One line of a shop's price list.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) name: &'static str,
    /// Millimetres.
    pub(super) sides: [i64; 3],
    /// Grams.
    pub(super) weight: i64,
    /// Roubles.
    pub(super) price: i64,
    pub(super) traits: &'static [Trait],
}

impl Good {
    pub(super) fn is(&self, wanted: Trait) -> bool {
        self.traits.contains(&wanted)
    }

    /// The maker's barcode: none for goods that come bare.
    pub(super) fn maker_code(&self, shop: usize, index: usize) -> anyhow::Result<Option<String>> {
        if self.is(Trait::Bare) {
            return Ok(None);
        }
        let digits = if self.is(Trait::Shared) {
            "460799900001".to_owned()
        } else {
            format!("4607{:03}{:05}", shop + 101, index + 1)
        };
        let check = check_digit(&digits)?;
        Ok(Some(format!("{digits}{check}")))
    }
}

/// The marking code of the so manieth piece that a table packs: one and the same on every run.
pub(super) fn marking_code(ean13: &str, table: usize, piece: usize) -> String {
    let tail = "TWFya2luZ0NvZGVPZkFEYXk".repeat(4);
    format!("010{ean13}215{table:02}{piece:010}\u{1d}91EE06\u{1d}92{}", &tail[..TAIL_CHARS])
}

/// A shop that keeps its goods here.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) inn: &'static str,
    pub(super) contract: &'static str,
    pub(super) policy: &'static str,
    /// Its articles, orders and deliveries begin with it.
    pub(super) prefix: &'static str,
    pub(super) goods: &'static [Good],
}

const fn good(
    name: &'static str,
    sides: [i64; 3],
    weight: i64,
    price: i64,
    traits: &'static [Trait],
) -> Good {
    Good { name, sides, weight, price, traits }
}

use Trait::{Bare, Dated, Fragile, Liquid, Marked, OwnBox, Perishable, Shared};

pub(super) const TEA: usize = 0;
pub(super) const COSMETICS: usize = 1;
pub(super) const TOYS: usize = 2;

pub(super) const SHOPS: &[Shop] = &[
    Shop {
        code: "chaynaya",
        name: "Чайная лавка «Самовар»",
        inn: "7704123450",
        contract: "ФФ-2026/014",
        policy: "partial",
        prefix: "CHAI",
        goods: TEA_GOODS,
    },
    Shop {
        code: "lada",
        name: "Косметика «Лада»",
        inn: "7815234564",
        contract: "ФФ-2026/021",
        policy: "partial",
        prefix: "KOSM",
        goods: COSMETICS_GOODS,
    },
    Shop {
        code: "nevalyashka",
        name: "Игрушки «Неваляшка»",
        inn: "5407345671",
        contract: "ФФ-2026/008",
        policy: "complete_only",
        prefix: "IGR",
        goods: TOY_GOODS,
    },
    Shop {
        code: "gzhel",
        name: "Посуда «Гжель-дом»",
        inn: "1659456781",
        contract: "ФФ-2025/117",
        policy: "partial",
        prefix: "POS",
        goods: DISH_GOODS,
    },
    Shop {
        code: "stranitsa",
        name: "Книги «Страница»",
        inn: "6678567895",
        contract: "ФФ-2026/002",
        policy: "backorder",
        prefix: "KN",
        goods: BOOK_GOODS,
    },
];

const TEA_GOODS: &[Good] = &[
    good("Чай чёрный Ассам 100 г", [120, 80, 60], 130, 320, &[Dated]),
    good("Чай зелёный Сенча 100 г", [120, 80, 60], 128, 380, &[Dated]),
    good("Иван-чай с чабрецом 75 г", [140, 90, 55], 98, 290, &[Dated]),
    good("Пуэр шу, блин 357 г", [200, 200, 35], 390, 1450, &[Dated]),
    good("Улун Те Гуань Инь 50 г", [110, 70, 50], 70, 540, &[Dated]),
    good("Ройбуш ванильный 100 г", [120, 80, 60], 126, 310, &[Dated]),
    good("Каркаде, лепестки 80 г", [150, 100, 50], 104, 240, &[Dated]),
    good("Чай чёрный с бергамотом 25 пак.", [130, 75, 65], 85, 190, &[Dated]),
    good("Мёд липовый 250 г", [75, 75, 90], 390, 420, &[Fragile, Dated]),
    good("Заварочный чайник 600 мл", [210, 130, 140], 620, 1290, &[Fragile]),
    good("Кружка для чая 300 мл", [120, 90, 100], 340, 490, &[Fragile, Shared]),
    good("Ситечко для чая", [160, 60, 30], 45, 150, &[Bare]),
    good("Банка жестяная для чая", [95, 95, 140], 160, 350, &[Bare]),
    good("Набор подарочный «Семь вечеров»", [320, 240, 90], 980, 2900, &[OwnBox]),
    good("Пирожное «Картошка» свежее", [80, 60, 50], 90, 120, &[Perishable]),
];

const COSMETICS_GOODS: &[Good] = &[
    good("Крем для рук с облепихой 75 мл", [150, 50, 35], 92, 230, &[Dated]),
    good("Крем для лица дневной 50 мл", [65, 65, 60], 140, 590, &[Dated]),
    good("Шампунь крапивный 400 мл", [200, 75, 50], 440, 310, &[Dated, Liquid]),
    good("Бальзам для волос 400 мл", [200, 75, 50], 445, 330, &[Dated, Liquid]),
    good("Сыворотка с витамином C 30 мл", [110, 40, 40], 95, 890, &[Dated, Fragile, Liquid]),
    good("Тоник розовый 200 мл", [170, 55, 55], 230, 360, &[Dated, Liquid]),
    good("Маска глиняная 100 г", [80, 80, 70], 150, 270, &[Dated]),
    good("Гель для душа «Сосна» 300 мл", [190, 70, 45], 335, 280, &[Dated, Liquid]),
    good("Бальзам для губ медовый", [70, 20, 20], 14, 160, &[Dated]),
    good("Духи «Северное сияние» 50 мл", [120, 70, 45], 260, 2400, &[Fragile, Liquid, Marked]),
    good("Расчёска деревянная", [180, 50, 20], 55, 340, &[Bare]),
    good("Мыло ручной работы, лаванда", [85, 60, 25], 105, 180, &[Bare, Dated]),
    good("Мыло ручной работы, дёготь", [85, 60, 25], 105, 180, &[Bare, Dated]),
];

const TOY_GOODS: &[Good] = &[
    good("Неваляшка большая", [180, 150, 230], 460, 890, &[]),
    good("Матрёшка пять мест", [90, 90, 170], 280, 1350, &[Bare]),
    good("Конструктор «Изба» 210 деталей", [380, 260, 70], 920, 1790, &[OwnBox]),
    good("Пазл «Байкал» 1000 элементов", [330, 230, 60], 610, 690, &[]),
    good("Мишка плюшевый 40 см", [400, 250, 200], 520, 1190, &[]),
    good("Кубики деревянные 12 шт.", [160, 120, 45], 410, 540, &[]),
    good("Машинка «Буханка» 1:36", [150, 70, 75], 210, 650, &[]),
    good("Набор солдатиков", [200, 140, 40], 180, 390, &[]),
    good("Юла металлическая", [190, 190, 200], 330, 720, &[]),
    good("Мозаика 320 фишек", [290, 210, 45], 380, 460, &[]),
    good("Кукла тряпичная ручной работы", [300, 120, 80], 150, 1600, &[Bare]),
    good("Свистулька глиняная", [80, 60, 60], 95, 250, &[Bare, Fragile]),
    good("Лото русское", [240, 170, 60], 540, 580, &[]),
];

const DISH_GOODS: &[Good] = &[
    good("Кружка фарфоровая 300 мл", [120, 90, 100], 340, 650, &[Fragile, Shared]),
    good("Тарелка обеденная 25 см", [250, 250, 25], 560, 790, &[Fragile]),
    good("Тарелка глубокая 20 см", [200, 200, 45], 480, 720, &[Fragile]),
    good("Сахарница с крышкой", [130, 110, 120], 420, 980, &[Fragile]),
    good("Молочник 250 мл", [120, 80, 110], 290, 760, &[Fragile]),
    good("Блюдо овальное 35 см", [350, 240, 35], 940, 1490, &[Fragile]),
    good("Чайная пара «Незабудка»", [160, 160, 90], 450, 1150, &[Fragile]),
    good("Сковорода чугунная 24 см", [430, 250, 55], 2350, 2190, &[]),
    good("Кастрюля эмалированная 3 л", [280, 230, 160], 1480, 1890, &[]),
    good("Ложка столовая", [200, 45, 25], 58, 210, &[]),
    good("Доска разделочная дубовая", [350, 230, 25], 1150, 1390, &[Bare]),
    good("Солонка берестяная", [70, 70, 80], 60, 430, &[Bare]),
    good("Самовар электрический 3 л", [300, 300, 420], 3900, 8900, &[OwnBox]),
];

const BOOK_GOODS: &[Good] = &[
    good("Мастер и Маргарита", [205, 130, 30], 410, 590, &[]),
    good("Война и мир, том 1–2", [210, 140, 55], 860, 990, &[]),
    good("Сказки Пушкина с рисунками", [290, 220, 15], 640, 1250, &[]),
    good("Атлас мира для детей", [350, 260, 18], 1120, 1690, &[]),
    good("Денискины рассказы", [215, 145, 20], 350, 480, &[]),
    good("Занимательная физика", [205, 130, 22], 310, 520, &[]),
    good("Вишнёвый сад. Пьесы", [180, 115, 18], 220, 350, &[]),
    good("Словарь русского языка", [240, 170, 60], 1340, 1490, &[]),
    good("Поваренная книга", [270, 200, 30], 980, 1390, &[]),
    good("Тетрадь в линейку 48 л.", [210, 165, 6], 130, 95, &[]),
    good("Открытки «Старая Москва», набор", [155, 110, 12], 140, 320, &[Bare]),
    good("Закладка кожаная", [150, 40, 3], 18, 270, &[Bare]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_article_is_told_by_its_own_code_but_the_shared_one() {
        let mut codes = Vec::new();
        for (shop_index, shop) in SHOPS.iter().enumerate() {
            assert!((12..=20).contains(&shop.goods.len()), "{}", shop.code);
            for (index, good) in shop.goods.iter().enumerate() {
                codes.extend(good.maker_code(shop_index, index).unwrap());
            }
        }
        let all = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(all - codes.len(), 1, "one code is shared by two shops");
    }

    #[test]
    fn a_piece_of_marked_goods_is_told_by_its_code() {
        let code = marking_code("4601234567893", 1, 7);
        let scan = crate::barcodes::read(&code);
        let read = scan.marking().unwrap();
        assert_eq!((read.piece.as_str(), read.has_tail), ("0104601234567893215010000000007", true));
        assert_eq!(read.full, code);
    }
}
