//! A line of an address in the parts that some carriers want: street and its kind, house, flat.
//!
//! Buyers write what they like. What is not recognised stays in [`Street::rest`] and goes to the
//! carrier as words for its courier; nothing is lost and nothing is guessed.

/// The parts of `ул. Мясницкая, д. 1, корп. 2, кв. 5`. Missing ones are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Street {
    /// `ул`, `пр-кт`, `пер`.
    pub kind: String,
    /// Without its kind.
    pub name: String,
    pub house: String,
    /// Корпус.
    pub block: String,
    /// Строение.
    pub building: String,
    /// Владение.
    pub estate: String,
    pub flat: String,
    pub office: String,
    pub rest: String,
}

/// Words for kinds of streets and how carriers write them.
const KINDS: [(&[&str], &str); 10] = [
    (&["ул", "улица"], "ул"),
    (&["пр-кт", "пр-т", "просп", "проспект"], "пр-кт"),
    (&["пер", "переулок"], "пер"),
    (&["ш", "шоссе"], "ш"),
    (&["б-р", "бул", "бульвар"], "б-р"),
    (&["пл", "площадь"], "пл"),
    (&["наб", "набережная"], "наб"),
    (&["проезд", "пр-д"], "проезд"),
    (&["туп", "тупик"], "туп"),
    (&["мкр", "микрорайон", "мкрн"], "мкр"),
];

fn bare(word: &str) -> String {
    word.trim_matches('.').to_lowercase()
}

fn kind_of(word: &str) -> Option<&'static str> {
    let word = bare(word);
    let found = KINDS.iter().find(|(words, _)| words.contains(&word.as_str()));
    found.map(|(_, short)| *short)
}

/// `д. 1`, `д.1` and `дом 1` as word and value.
fn labelled(part: &str) -> Option<(String, &str)> {
    let (word, value) = match part.split_once('.') {
        Some((word, value)) if !word.contains(' ') => (word, value),
        _ => part.split_once(' ')?,
    };
    Some((bare(word), value.trim()))
}

impl Street {
    pub fn of(line: &str) -> Self {
        let mut street = Self::default();
        let mut rest = Vec::new();
        for part in line.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if !street.takes(part) {
                rest.push(part);
            }
        }
        street.rest = rest.join(", ");
        street
    }

    fn takes(&mut self, part: &str) -> bool {
        if let Some((word, value)) = labelled(part) {
            let slot = match word.as_str() {
                "д" | "дом" => Some(&mut self.house),
                "к" | "корп" | "корпус" => Some(&mut self.block),
                "с" | "стр" | "строение" => Some(&mut self.building),
                "вл" | "влад" | "владение" => Some(&mut self.estate),
                "кв" | "квартира" => Some(&mut self.flat),
                "оф" | "офис" => Some(&mut self.office),
                _ => None,
            };
            if let Some(slot) = slot {
                return put(slot, value);
            }
        }
        let is_number = part.starts_with(|letter: char| letter.is_ascii_digit());
        if self.name.is_empty() && !self.is_street(part) && !is_number {
            return put(&mut self.name, part);
        }
        if self.name.is_empty() && self.is_street(part) {
            return self.takes_street(part);
        }
        is_number && self.house.is_empty() && put(&mut self.house, part)
    }

    fn is_street(&self, part: &str) -> bool {
        self.name.is_empty() && words(part).iter().any(|word| kind_of(word).is_some())
    }

    fn takes_street(&mut self, part: &str) -> bool {
        let words = words(part);
        let Some(index) = words.iter().position(|word| kind_of(word).is_some()) else {
            return false;
        };
        kind_of(&words[index]).unwrap_or_default().clone_into(&mut self.kind);
        let others = words.iter().enumerate().filter(|(other, _)| *other != index);
        self.name = others.map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ");
        !self.name.is_empty()
    }
}

/// Words of a part, `ул.Мира` as two.
fn words(part: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in part.split_whitespace() {
        match word.split_once('.') {
            Some((head, tail)) if !tail.is_empty() && kind_of(head).is_some() => {
                found.extend([head.to_owned(), tail.to_owned()]);
            }
            _ => found.push(word.to_owned()),
        }
    }
    found
}

fn put(slot: &mut String, value: &str) -> bool {
    if !slot.is_empty() || value.is_empty() {
        return false;
    }
    value.clone_into(slot);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> [String; 7] {
        let Street { kind, name, house, block, building, flat, rest, .. } = Street::of(line);
        [kind, name, house, block, building, flat, rest]
    }

    #[test]
    fn usual_lines_fall_into_parts() {
        for (line, expected) in [
            ("ул. Мясницкая, д. 1, кв. 5", ["ул", "Мясницкая", "1", "", "", "5", ""]),
            ("ул.Мира,д.7,корп.2", ["ул", "Мира", "7", "2", "", "", ""]),
            ("Невский проспект, дом 28", ["пр-кт", "Невский", "28", "", "", "", ""]),
            ("ш. Энтузиастов, 12/4, стр. 3", ["ш", "Энтузиастов", "12/4", "", "3", "", ""]),
            ("Ленина, 5А", ["", "Ленина", "5А", "", "", "", ""]),
            ("ул. 8 Марта, 14, 3 подъезд", ["ул", "8 Марта", "14", "", "", "", "3 подъезд"]),
            ("", ["", "", "", "", "", "", ""]),
        ] {
            assert_eq!(parts(line), expected, "{line}");
        }
    }
}
