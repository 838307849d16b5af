//! The menu: a person chooses the work by its number, its word or the code on the wall sheet.

use super::Flow;
use crate::barcodes::OwnKind;
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
    let word = input.own(OwnKind::Command).unwrap_or_else(|| input.text());
    Flow::parse(&word.to_ascii_lowercase())
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
