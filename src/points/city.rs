//! What a city is searched by. Pure.

/// Words that say "city" and are written by some carriers and not by others.
const CITY_WORDS: [&str; 3] = ["г", "гор", "город"];

/// The same for all spellings of a name that differ in case, ё, hyphens, dots, spaces, and in a word
/// for "city" before or behind: «г. Орёл», «Орел г» and «ОРЁЛ» are `орел`.
pub fn city_key(name: &str) -> String {
    let plain: String = name
        .chars()
        .flat_map(char::to_lowercase)
        .map(|sign| match sign {
            'ё' => 'е',
            sign if sign.is_alphanumeric() => sign,
            _ => ' ',
        })
        .collect();
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    if words.len() > 1 && CITY_WORDS.contains(&words[0]) {
        words.remove(0);
    }
    if words.len() > 1 && words.last().is_some_and(|word| CITY_WORDS.contains(word)) {
        words.pop();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_city_have_one_key() {
        for spelling in ["Орёл", "ОРЕЛ", "г. Орёл", "г.Орел", "Орел г", "  город   орёл "]
        {
            assert_eq!(city_key(spelling), "орел", "{spelling}");
        }
        for spelling in ["Санкт-Петербург", "г Санкт Петербург", "санкт - петербург г."]
        {
            assert_eq!(city_key(spelling), "санкт петербург", "{spelling}");
        }
    }

    #[test]
    fn a_word_that_is_all_of_the_name_stays() {
        assert_eq!(city_key("Г"), "г");
        assert_eq!(city_key("Горки Город"), "горки");
        assert_eq!(city_key("Город"), "город");
        assert_eq!(city_key(" - "), "");
    }
}
