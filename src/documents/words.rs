//! Numbers and sums in Russian words (сумма прописью).

use super::typography;
use crate::units::Kopecks;

/// The gender of what is counted: `один рубль`, `одна тысяча`, `одно место`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

const UNITS: [&str; 20] = [
    "",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
const TENS: [&str; 10] = [
    "",
    "",
    "двадцать",
    "тридцать",
    "сорок",
    "пятьдесят",
    "шестьдесят",
    "семьдесят",
    "восемьдесят",
    "девяносто",
];
const HUNDREDS: [&str; 10] = [
    "",
    "сто",
    "двести",
    "триста",
    "четыреста",
    "пятьсот",
    "шестьсот",
    "семьсот",
    "восемьсот",
    "девятьсот",
];
const SCALES: [[&str; 3]; 6] = [
    ["тысяча", "тысячи", "тысяч"],
    ["миллион", "миллиона", "миллионов"],
    ["миллиард", "миллиарда", "миллиардов"],
    ["триллион", "триллиона", "триллионов"],
    ["квадриллион", "квадриллиона", "квадриллионов"],
    ["квинтиллион", "квинтиллиона", "квинтиллионов"],
];

/// A number in words: `две тысячи сорок одна` for 2041 of something feminine.
pub fn number(value: u64, gender: Gender) -> String {
    if value == 0 {
        return "ноль".to_owned();
    }
    let mut groups = Vec::new();
    let mut rest = value;
    while rest > 0 {
        groups.push(rest % 1_000);
        rest /= 1_000;
    }
    let mut said = Vec::new();
    for (scale, group) in groups.iter().enumerate().rev().filter(|(_, group)| **group > 0) {
        let name = scale.checked_sub(1).and_then(|index| SCALES.get(index));
        let gender = match scale {
            0 => gender,
            1 => Gender::Feminine,
            _ => Gender::Masculine,
        };
        push_group(*group, gender, &mut said);
        said.extend(name.map(|forms| typography::noun(*group, *forms)));
    }
    said.join(" ")
}

/// A number below a thousand.
fn push_group(group: u64, gender: Gender, said: &mut Vec<&'static str>) {
    let word = |table: &'static [&'static str], index: u64| {
        usize::try_from(index).ok().and_then(|index| table.get(index)).copied().unwrap_or("")
    };
    let (hundreds, below) = (group / 100, group % 100);
    let (tens, units) = if below < 20 { (0, below) } else { (below / 10, below % 10) };
    let unit = match (units, gender) {
        (1, Gender::Feminine) => "одна",
        (1, Gender::Neuter) => "одно",
        (2, Gender::Feminine) => "две",
        _ => word(&UNITS, units),
    };
    let words = [word(&HUNDREDS, hundreds), word(&TENS, tens), unit];
    said.extend(words.into_iter().filter(|word| !word.is_empty()));
}

/// Roubles without kopecks, as forms want them between `(` and `) руб.`: `одна тысяча двести`.
/// A negative sum begins with `минус`.
pub fn roubles(sum: Kopecks) -> String {
    let words = number(sum.get().unsigned_abs() / 100, Gender::Masculine);
    if sum.get() < 0 { format!("минус {words}") } else { words }
}

/// `Одна тысяча двести рублей 05 копеек`.
pub fn sum(sum: Kopecks) -> String {
    let (whole, rest) = (sum.get().unsigned_abs() / 100, sum.get().unsigned_abs() % 100);
    let roubles_noun = typography::noun(whole, ["рубль", "рубля", "рублей"]);
    let kopecks_noun = typography::noun(rest, ["копейка", "копейки", "копеек"]);
    capital(&format!("{} {roubles_noun} {rest:02} {kopecks_noun}", roubles(sum)))
}

/// The text with its first letter large.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_gender_and_their_scales() {
        for (value, gender, words) in [
            (0, Gender::Masculine, "ноль"),
            (1, Gender::Masculine, "один"),
            (2, Gender::Feminine, "две"),
            (1, Gender::Neuter, "одно"),
            (2, Gender::Neuter, "два"),
            (14, Gender::Masculine, "четырнадцать"),
            (21, Gender::Neuter, "двадцать одно"),
            (100, Gender::Masculine, "сто"),
            (111, Gender::Masculine, "сто одиннадцать"),
            (1_000, Gender::Masculine, "одна тысяча"),
            (2_041, Gender::Feminine, "две тысячи сорок одна"),
            (5_012, Gender::Masculine, "пять тысяч двенадцать"),
            (12_000, Gender::Masculine, "двенадцать тысяч"),
            (21_101, Gender::Masculine, "двадцать одна тысяча сто один"),
            (1_000_000, Gender::Feminine, "один миллион"),
            (3_000_002, Gender::Feminine, "три миллиона две"),
            (
                11_222_333_444,
                Gender::Masculine,
                "одиннадцать миллиардов двести двадцать два миллиона триста тридцать три тысячи \
                 четыреста сорок четыре",
            ),
        ] {
            assert_eq!(number(value, gender), words);
        }
        assert!(number(u64::MAX, Gender::Masculine).starts_with("восемнадцать квинтиллионов"));
    }

    #[test]
    fn sums_are_written_as_papers_write_them() {
        for (kopecks, words) in [
            (0, "Ноль рублей 00 копеек"),
            (1, "Ноль рублей 01 копейка"),
            (100, "Один рубль 00 копеек"),
            (202, "Два рубля 02 копейки"),
            (1_105, "Одиннадцать рублей 05 копеек"),
            (120_000, "Одна тысяча двести рублей 00 копеек"),
            (2_100_021, "Двадцать одна тысяча рублей 21 копейка"),
            (-150_011, "Минус одна тысяча пятьсот рублей 11 копеек"),
        ] {
            assert_eq!(sum(Kopecks::new(kopecks)), words);
        }
        assert_eq!(roubles(Kopecks::new(150_099)), "одна тысяча пятьсот");
        assert!(sum(Kopecks::new(i64::MIN)).starts_with("Минус девяносто два квадриллиона"));
        assert_eq!(capital("ёлка"), "Ёлка");
    }
}
