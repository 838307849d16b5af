//! The codes we print ourselves: on bins, totes, parcels, badges, and on the wall for commands.
//!
//! Printed form: two letters for the kind, `-`, the code, `-`, a check character, for example
//! `BN-A-01-02-3-K`. The check character is ISO/IEC 7064 MOD 37,36 over all letters and digits
//! before it, prefix included: it finds every wrong character and nearly every pair of swapped
//! ones, and keeps a bin `HU…` from being taken for a handling unit.
//!
//! **Invariant:** only `A`–`Z`, `0`–`9` and `-`, so that no keyboard layout, Caps Lock or code page
//! between scanner and server can turn one code into another.
//! **Invariant:** parsing the printed form gives the same code back.

use std::fmt;
use std::str::FromStr;

use super::BarcodeError;

/// Longest code between prefix and check character. 24 characters of Code 128 fill a 58 mm label.
const CODE_CHARACTERS_MAX: usize = 24;

crate::text_enum! {
    /// What one of our own codes is stuck on.
    pub enum OwnKind {
        /// A bin (ячейка).
        Bin = "bin",
        /// A pallet, tote or box that holds stock (грузовая единица).
        HandlingUnit = "handling_unit",
        /// A parcel (грузовое место).
        Parcel = "parcel",
        /// A worker's badge (бейдж).
        Badge = "badge",
        /// A scanner or terminal.
        Device = "device",
        /// The cart of one picking batch (тележка, партия отбора).
        Batch = "batch",
        /// A manifest (реестр передачи).
        Manifest = "manifest",
        /// A label printer.
        Printer = "printer",
        /// An order to the program, scanned off a sheet on the wall.
        Command = "command",
    }
}

impl OwnKind {
    /// The two letters that the printed form begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Bin => "BN",
            Self::HandlingUnit => "HU",
            Self::Parcel => "PR",
            Self::Badge => "BD",
            Self::Device => "DV",
            Self::Batch => "CT",
            Self::Manifest => "MF",
            Self::Printer => "PN",
            Self::Command => "CM",
        }
    }

    fn from_prefix(prefix: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.prefix() == prefix)
    }
}

crate::text_enum! {
    /// What a gloved worker can order by scanning the sheet on the wall instead of a button.
    pub enum CommandCode {
        /// Takes the last scan back.
        Undo = "UNDO",
        /// Nothing more to scan here.
        Done = "DONE",
        /// Fewer pieces are here than the task says (недобор).
        Short = "SHORT",
        /// The piece is damaged (брак).
        Damaged = "DAMAGED",
        /// Leaves the task without result.
        Cancel = "CANCEL",
        Yes = "YES",
        No = "NO",
        /// The tote or box is full: go on with another.
        Full = "FULL",
        /// Prints the last label once more.
        Reprint = "REPRINT",
        /// Goes to the next task and comes back to this one later.
        Skip = "SKIP",
        /// Leaves the work for the menu; it is resumed from there.
        Menu = "MENU",
        /// Shows what can be chosen here.
        List = "LIST",
        /// Starts a new one: a delivery without announcement, a parcel more.
        New = "NEW",
        /// Ends the worker's session on this device.
        Logout = "LOGOUT",
    }
}

impl CommandCode {
    /// The code to print on the wall sheet.
    pub fn own_code(self) -> OwnCode {
        OwnCode { kind: OwnKind::Command, code: self.as_str().to_owned() }
    }

    /// What a person types for it, besides the code's own word; the first is the one that Russian
    /// screens name. Undo and cancel share no stem, so that nobody mistypes one for the other.
    pub const fn russian_words(self) -> &'static [&'static str] {
        match self {
            Self::Undo => &["ОТКАТ", "ОТМЕНИТЬ СКАН"],
            Self::Done => &["ГОТОВО"],
            Self::Short => &["НЕДОБОР"],
            Self::Damaged => &["БРАК"],
            Self::Cancel => &["ОТМЕНА"],
            Self::Yes => &["ДА"],
            Self::No => &["НЕТ"],
            Self::Full => &["ПОЛНО", "ПОЛНАЯ"],
            Self::Reprint => &["ПЕЧАТЬ"],
            Self::Skip => &["ПРОПУСК", "ПРОПУСТИТЬ"],
            Self::Menu => &["МЕНЮ"],
            Self::List => &["СПИСОК"],
            Self::New => &["НОВАЯ", "НОВЫЙ", "НОВОЕ"],
            Self::Logout => &["ВЫХОД", "ВЫЙТИ"],
        }
    }

    /// The command that a typed word names, in any case and with spaces around.
    pub fn typed(word: &str) -> Option<Self> {
        let word = folded(word);
        Self::parse(&word).or_else(|| {
            let named = |command: &&Self| command.russian_words().contains(&word.as_str());
            Self::ALL.iter().find(named).copied()
        })
    }
}

/// A typed word as words are compared: upper case, single spaces, `Е` for `Ё`.
pub fn folded(word: &str) -> String {
    let words: Vec<&str> = word.split_whitespace().collect();
    words.join(" ").to_uppercase().replace('Ё', "Е")
}

/// A code of our own, without prefix and check character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnCode {
    kind: OwnKind,
    code: String,
}

impl OwnCode {
    /// Takes 1–24 of `A-Z`, `0-9` and `-`, in either case; it begins and ends with a letter or
    /// digit.
    pub fn new(kind: OwnKind, code: &str) -> Result<Self, BarcodeError> {
        let code = code.to_ascii_uppercase();
        if code.is_empty() {
            return Err(BarcodeError::OwnIncomplete);
        }
        let illegal =
            |(_, character): &(usize, char)| !matches!(character, 'A'..='Z' | '0'..='9' | '-');
        if let Some((position, character)) = code.chars().enumerate().find(illegal) {
            return Err(BarcodeError::OwnCharacter { character, position });
        }
        if code.len() > CODE_CHARACTERS_MAX {
            return Err(BarcodeError::Length { found: code.len() });
        }
        if code.starts_with('-') {
            return Err(BarcodeError::OwnCharacter { character: '-', position: 0 });
        }
        if code.ends_with('-') {
            return Err(BarcodeError::OwnCharacter { character: '-', position: code.len() - 1 });
        }
        Ok(Self { kind, code })
    }

    /// Reads the printed form, in either case.
    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        let text = text.to_ascii_uppercase();
        let (prefix, rest) = text.split_once('-').ok_or(BarcodeError::NotOwn)?;
        let kind = OwnKind::from_prefix(prefix).ok_or(BarcodeError::NotOwn)?;
        let (code, check) = rest.rsplit_once('-').ok_or(BarcodeError::OwnIncomplete)?;
        let own = Self::new(kind, code)?;
        let mut check = check.chars();
        let (Some(found), None) = (check.next(), check.next()) else {
            return Err(BarcodeError::OwnIncomplete);
        };
        let expected = own.check_character();
        if found == expected { Ok(own) } else { Err(BarcodeError::OwnCheck { expected, found }) }
    }

    pub const fn kind(&self) -> OwnKind {
        self.kind
    }

    /// The code alone, upper case: what the database knows the thing by.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The command, if this is a code of the wall sheet that this release knows.
    pub fn command(&self) -> Option<CommandCode> {
        if self.kind != OwnKind::Command {
            return None;
        }
        CommandCode::parse(&self.code)
    }

    fn check_character(&self) -> char {
        // Hyphens only make the code readable; they have no value in the alphabet.
        let characters = self.code.chars().filter(char::is_ascii_alphanumeric);
        mod_37_36(self.kind.prefix().chars().chain(characters))
    }
}

/// The check character of ISO/IEC 7064 MOD 37,36 for letters and digits.
fn mod_37_36(characters: impl Iterator<Item = char>) -> char {
    let product = characters.fold(36, |product, character| {
        let value = character.to_digit(36).expect("only letters and digits have a check character");
        let sum = match (product + value) % 36 {
            0 => 36,
            sum => sum,
        };
        sum * 2 % 37
    });
    char::from_digit((37 - product) % 36, 36)
        .expect("a number below 36 is a digit or a letter")
        .to_ascii_uppercase()
}

impl fmt::Display for OwnCode {
    /// The printed form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.kind.prefix(), self.code, self.check_character())
    }
}

impl FromStr for OwnCode {
    type Err = BarcodeError;

    fn from_str(text: &str) -> Result<Self, BarcodeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_character_is_that_of_iso_7064() {
        // A1-2425G-ABC1234002-M, the example of the recording identifier that uses this system.
        assert_eq!(mod_37_36("A12425GABC1234002".chars()), 'M');
    }

    #[test]
    fn a_code_is_read_in_either_case() {
        let bin = OwnCode::new(OwnKind::Bin, "a-01-02").unwrap();
        let printed = bin.to_string();
        assert!(printed.starts_with("BN-A-01-02-"), "{printed}");
        assert_eq!(OwnCode::parse(&printed.to_lowercase()), Ok(bin));
    }

    #[test]
    fn every_command_has_a_code_on_the_wall() {
        for command in CommandCode::ALL {
            let printed = command.own_code().to_string();
            assert_eq!(OwnCode::parse(&printed).unwrap().command(), Some(*command));
        }
        assert_eq!(OwnCode::new(OwnKind::Bin, "UNDO").unwrap().command(), None);
    }

    #[test]
    fn every_command_can_be_typed_in_both_languages() {
        for command in CommandCode::ALL {
            assert_eq!(CommandCode::typed(command.as_str()), Some(*command));
            assert!(!command.russian_words().is_empty(), "{command}");
            for word in command.russian_words() {
                assert_eq!(folded(word), *word, "{word} is written as it is compared");
                let typed = format!("  {} ", word.to_lowercase());
                assert_eq!(CommandCode::typed(&typed), Some(*command), "one command per word");
            }
        }
        assert_eq!(CommandCode::typed("отменить  скан"), Some(CommandCode::Undo));
        assert_eq!(CommandCode::typed("нёт"), Some(CommandCode::No), "ё is е");
        assert_eq!(CommandCode::typed("готов"), None);
        assert_eq!(CommandCode::typed(""), None);
    }

    #[test]
    fn prefixes_are_two_letters_and_differ() {
        let prefixes: std::collections::BTreeSet<_> =
            OwnKind::ALL.iter().map(|kind| kind.prefix()).collect();
        assert_eq!(prefixes.len(), OwnKind::ALL.len());
        assert!(prefixes.iter().all(|prefix| prefix.len() == 2));
    }

    #[test]
    fn each_defect_has_its_own_error() {
        assert_eq!(OwnCode::parse("XX-1-1"), Err(BarcodeError::NotOwn));
        assert_eq!(OwnCode::parse("BN"), Err(BarcodeError::NotOwn));
        assert_eq!(OwnCode::parse("BN-1"), Err(BarcodeError::OwnIncomplete));
        assert_eq!(OwnCode::parse("BN--1"), Err(BarcodeError::OwnIncomplete));
        let space = BarcodeError::OwnCharacter { character: ' ', position: 1 };
        assert_eq!(OwnCode::parse("BN-A 1-1"), Err(space));
        assert!(matches!(
            OwnCode::new(OwnKind::Bin, &"A".repeat(25)),
            Err(BarcodeError::Length { found: 25 })
        ));
        let right = OwnCode::new(OwnKind::Bin, "A1").unwrap().to_string();
        let wrong = right.replace("A1", "A2");
        assert!(matches!(OwnCode::parse(&wrong), Err(BarcodeError::OwnCheck { .. })));
    }

    proptest! {
        #[test]
        fn the_printed_form_is_read_back(
            kind in proptest::sample::select(OwnKind::ALL),
            code in "[A-Z0-9]([A-Z0-9-]{0,22}[A-Z0-9])?",
        ) {
            let own = OwnCode::new(kind, &code).unwrap();
            prop_assert_eq!(OwnCode::parse(&own.to_string()), Ok(own));
        }

        #[test]
        fn one_wrong_character_is_caught(code in "[A-Z0-9]{1,12}", at in 0_usize..12, other in "[A-Z0-9]") {
            let at = at % code.len();
            prop_assume!(code[at..=at] != other);
            let printed = OwnCode::new(OwnKind::Parcel, &code).unwrap().to_string();
            let mut wrong = printed.clone();
            wrong.replace_range(3 + at..=3 + at, &other);
            let caught = matches!(OwnCode::parse(&wrong), Err(BarcodeError::OwnCheck { .. }));
            prop_assert!(caught);
        }

        #[test]
        fn arbitrary_text_does_not_panic(text in ".{0,30}") {
            let _ = OwnCode::parse(&text);
        }
    }
}
