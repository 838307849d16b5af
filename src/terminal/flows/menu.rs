//! The menu: a person chooses the work by its number, its word or the code on the wall sheet.

use super::Flow;
use crate::barcodes::{OwnKind, folded};
use crate::terminal::{Expect, Input, Text, View};

pub fn view() -> View {
    let mut view = View::new(Text::new("menu-title"), Expect::Choice);
    for (index, flow) in Flow::ALL.iter().enumerate() {
        let line = Text::new(&format!("menu-{flow}")).with("number", index + 1);
        view = view.line(line);
    }
    view
}

/// The flow that was chosen.
pub fn choice(input: &Input) -> Option<Flow> {
    if let Some(number) = input.number() {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        return Flow::ALL.get(index).copied();
    }
    if let Some(code) = input.own(OwnKind::Command) {
        return Flow::parse(&code.to_ascii_lowercase());
    }
    input.scan.texts().find_map(typed)
}

/// The work that a typed word names, in English or as the Russian menu calls it.
fn typed(word: &str) -> Option<Flow> {
    let word = folded(word);
    let named = |flow: &&Flow| russian_word(**flow) == word;
    Flow::parse(&word.to_ascii_lowercase()).or_else(|| Flow::ALL.iter().find(named).copied())
}

/// As words are compared, see [`folded`].
const fn russian_word(flow: Flow) -> &'static str {
    match flow {
        Flow::Receive => "ПРИЕМКА",
        Flow::Putaway => "РАЗМЕЩЕНИЕ",
        Flow::Pick => "ОТБОР",
        Flow::Pack => "УПАКОВКА",
        Flow::Load => "ПОГРУЗКА",
        Flow::Count => "ПЕРЕСЧЕТ",
        Flow::Move => "ПЕРЕМЕЩЕНИЕ",
        Flow::Lookup => "СПРАВКА",
        Flow::PutBack => "ВОЗВРАТ НА ПОЛКУ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_chosen_by_number_or_word() {
        assert_eq!(choice(&Input::read("1")), Some(Flow::Receive));
        assert_eq!(choice(&Input::read("PICK")), Some(Flow::Pick));
        assert_eq!(choice(&Input::read("9")), Some(Flow::PutBack));
        assert_eq!(choice(&Input::read("10")), None);
        assert_eq!(choice(&Input::read("0")), None);
        assert_eq!(choice(&Input::read("")), None);
    }
}
