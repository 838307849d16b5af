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

/// Words before numbers of houses and what belongs to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    House,
    Block,
    Building,
    Estate,
    Flat,
    Office,
}

/// Words for labels. Single letters are towns and villages too.
const LABELS: [(&[&str], Label); 6] = [
    (&["д", "дом"], Label::House),
    (&["к", "корп", "корпус"], Label::Block),
    (&["с", "стр", "строение"], Label::Building),
    (&["вл", "влад", "владение"], Label::Estate),
    (&["кв", "квартира"], Label::Flat),
    (&["оф", "офис"], Label::Office),
];

fn bare(word: &str) -> String {
    word.trim_matches('.').to_lowercase()
}

fn kind_of(word: &str) -> Option<&'static str> {
    let word = bare(word);
    let found = KINDS.iter().find(|(words, _)| words.contains(&word.as_str()));
    found.map(|(_, short)| *short)
}

fn label_of(word: &str) -> Option<Label> {
    let word = bare(word);
    let found = LABELS.iter().find(|(words, _)| words.contains(&word.as_str()));
    found.map(|(_, label)| *label)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Words of a part: `ул.Мира` and `д.5` are two.
fn words(part: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for word in part.split_whitespace() {
        match word.split_once('.') {
            Some((head, tail))
                if !tail.is_empty() && (kind_of(head).is_some() || label_of(head).is_some()) =>
            {
                found.extend([head, tail]);
            }
            _ => found.push(word),
        }
    }
    found
}

/// Parts between commas, and before a label with its number: `ул. Мира д. 5 кв. 3` has three.
fn parts(line: &str) -> Vec<Vec<&str>> {
    let mut parts = Vec::new();
    for part in line.split(',') {
        let mut open: Vec<&str> = Vec::new();
        let words = words(part);
        for (index, word) in words.iter().enumerate() {
            let next = words.get(index + 1).copied().unwrap_or_default();
            if label_of(word).is_some() && is_number(next) && !open.is_empty() {
                parts.push(std::mem::take(&mut open));
            }
            open.push(word);
        }
        if !open.is_empty() {
            parts.push(open);
        }
    }
    parts
}

impl Street {
    pub fn of(line: &str) -> Self {
        let mut street = Self::default();
        let mut rest = Vec::new();
        let parts = parts(line);
        // A part that says what it is wins against one that could be a village.
        let has_kind = parts.iter().flatten().any(|word| kind_of(word).is_some());
        for part in parts {
            if !street.takes(&part, has_kind) {
                rest.push(part.join(" "));
            }
        }
        street.rest = rest.join(", ");
        street
    }

    fn takes(&mut self, part: &[&str], has_kind: bool) -> bool {
        if let [first, values @ ..] = part
            && let Some(label) = label_of(first)
            && values.first().is_some_and(|value| is_number(value) || bare(first).len() > 2)
        {
            return put(self.slot(label), &values.join(" "));
        }
        let kind = part.iter().position(|word| kind_of(word).is_some());
        if let (Some(index), true) = (kind, self.name.is_empty()) {
            return self.takes_street(part, index);
        }
        match part {
            [number] if is_number(number) => put(&mut self.house, number),
            [first, ..] if !is_number(first) && !has_kind && self.name.is_empty() => {
                self.takes_name(part)
            }
            _ => false,
        }
    }

    const fn slot(&mut self, label: Label) -> &mut String {
        match label {
            Label::House => &mut self.house,
            Label::Block => &mut self.block,
            Label::Building => &mut self.building,
            Label::Estate => &mut self.estate,
            Label::Flat => &mut self.flat,
            Label::Office => &mut self.office,
        }
    }

    fn takes_street(&mut self, part: &[&str], kind: usize) -> bool {
        kind_of(part[kind]).unwrap_or_default().clone_into(&mut self.kind);
        let others = part.iter().enumerate().filter(|(index, _)| *index != kind);
        let others: Vec<&str> = others.map(|(_, word)| *word).collect();
        self.takes_name(&others)
    }

    /// A name, and the number of the house when it stands behind it without a comma.
    fn takes_name(&mut self, words: &[&str]) -> bool {
        let is_plain = |words: &[&str]| {
            words.iter().all(|word| label_of(word).is_none())
                && words.last().is_some_and(|word| !is_number(word))
        };
        if let [name @ .., house] = words
            && is_number(house)
            && is_plain(name)
            && self.house.is_empty()
        {
            (*house).clone_into(&mut self.house);
            return put(&mut self.name, &name.join(" "));
        }
        put(&mut self.name, &words.join(" "))
    }
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
            ("ул. Мира д. 5 кв. 3", ["ул", "Мира", "5", "", "", "3", ""]),
            ("пр-т Мира 5", ["пр-кт", "Мира", "5", "", "", "", ""]),
            ("д. Ивановка, ул. Лесная, д.2", ["ул", "Лесная", "2", "", "", "", "д. Ивановка"]),
            ("с. Покровское, 7", ["", "с. Покровское", "7", "", "", "", ""]),
            ("Тверская 12 корпус А", ["", "Тверская 12 корпус А", "", "", "", "", ""]),
            ("ул. 50 лет Октября, 4", ["ул", "50 лет Октября", "4", "", "", "", ""]),
            ("мкр 7, дом 3", ["мкр", "7", "3", "", "", "", ""]),
            ("", ["", "", "", "", "", "", ""]),
        ] {
            assert_eq!(parts(line), expected, "{line}");
        }
    }
}
