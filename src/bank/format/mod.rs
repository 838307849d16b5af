//! 1CClientBankExchange, versions 1.01 to 1.03: the text that Russian bank clients and accounting
//! programs exchange. Source: «Стандарт обмена с системами "Клиент банка"», v8.1c.ru.
//!
//! One `Ключ=Значение` a line, sections of accounts and of documents between their marks. [`Reader`]
//! takes it line by line and knows no I/O; what a key means is the business of [`super::statement`].
//!
//! **Invariant:** reading never fails and never panics. What cannot be read is a [`Fault`] with its line
//! and key, and the rest stays usable.
//! **Invariant:** keys that nobody knows are kept, in their order.
//! **Invariant:** what [`write()`] writes, [`Reader`] reads back.

mod read;
#[cfg(test)]
mod tests;
mod text;
mod write;

use serde::{Deserialize, Serialize};

pub use self::read::{Item, Reader, read};
pub use self::text::{Encoding, encoding_of};
pub use self::write::write;
use crate::i18n::{self, Language};
use crate::text_enum;

/// The first line of each file.
pub const MAGIC: &str = "1CClientBankExchange";

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub line: u64,
    pub key: String,
    pub value: String,
}

text_enum! {
    /// What a section is about.
    pub enum SectionKind {
        /// `СекцияРасчСчет`: balances and turnovers of an account in a period.
        Account = "account",
        /// `СекцияДокумент`.
        Document = "document",
    }
}

/// Fields between the marks of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub kind: SectionKind,
    /// Behind the mark: the kind of a document.
    pub title: String,
    /// Where it begins.
    pub line: u64,
    pub fields: Vec<Field>,
}

impl Section {
    /// The first field of this key that is not empty. Case does not matter, and Ё is Е.
    pub fn find(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| !field.value.is_empty() && is_key(&field.key, key))
    }

    /// The value of a key; empty when it is not there.
    pub fn value(&self, key: &str) -> &str {
        self.find(key).map_or("", |field| &field.value)
    }
}

text_enum! {
    /// What is wrong in a file; the sentence is `bank-fault-<code>` with dashes.
    pub enum FaultCode {
        NotExchange = "not_exchange",
        /// The file was cut: there is no last line.
        EndMissing = "end_missing",
        LineUnreadable = "line_unreadable",
        SectionUnknown = "section_unknown",
        SectionNotClosed = "section_not_closed",
        Missing = "missing",
        NotAnAmount = "not_an_amount",
        AmountNotPositive = "amount_not_positive",
        NotADay = "not_a_day",
        BicWrong = "bic_wrong",
        AccountWrong = "account_wrong",
        InnWrong = "inn_wrong",
        /// No account of ours is in the document.
        NotOurs = "not_ours",
        /// The bank did not say on which day it was booked, nor what was on the account then: it may be
        /// no more than an order to pay.
        BookedDayMissing = "booked_day_missing",
        /// The same beside balances: its own day is taken.
        BookedDayTaken = "booked_day_taken",
        /// Opening and turnovers do not come to the closing balance.
        BalanceDiffers = "balance_differs",
        /// A section does not open with what the one before closed with.
        ChainBroken = "chain_broken",
        IncomeDiffers = "income_differs",
        OutcomeDiffers = "outcome_differs",
        /// Our books say something else than the bank.
        BooksDiffer = "books_differ",
    }
}

impl FaultCode {
    /// Whether something was left out for it; otherwise it is a warning.
    pub const fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::NotExchange
                | Self::LineUnreadable
                | Self::SectionUnknown
                | Self::Missing
                | Self::NotAnAmount
                | Self::AmountNotPositive
                | Self::NotADay
                | Self::NotOurs
                | Self::BookedDayMissing
        )
    }
}

/// Something wrong in a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fault {
    pub line: u64,
    /// The key of the line, as the format calls it.
    pub key: String,
    pub code: FaultCode,
    /// What stands there; of differences, what was expected and what was found.
    pub value: String,
}

/// The longest value that a fault shows.
const VALUE_MAX: usize = 60;

impl Fault {
    pub fn new(line: u64, key: &str, code: FaultCode, value: &str) -> Self {
        Self { line, key: key.to_owned(), code, value: value.chars().take(VALUE_MAX).collect() }
    }

    /// What is wrong and what to do.
    pub fn text(&self, language: Language) -> String {
        let key = format!("bank-fault-{}", self.code.as_str().replace('_', "-"));
        let args = [("key", self.key.clone()), ("value", self.value.clone())];
        i18n::text(language, &key, &args)
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase).map(|letter| if letter == 'ё' { 'е' } else { letter })
}

/// Whether two keys are the same to a reader: letters of Russian and Latin keep their length when
/// their case changes, so most keys are told apart by it.
pub(super) fn is_key(left: &str, right: &str) -> bool {
    left == right || (left.len() == right.len() && folded(left).eq(folded(right)))
}
