//! What the Post refuses at the window, refused before it is printed. What is empty stays blank, to be
//! filled in by hand.

use super::model::{Bank, Inventory, Item, List, ListItem, Party, Transfer};
use crate::barcodes::{BarcodeError, PostalNumber};
use crate::fault::{InputError, InputFaults};
use crate::units::{Kopecks, OutOfRange};

/// No sum on a form is larger: ten million million roubles.
const SUM_MAX: i64 = 1_000_000_000_000_000;
const MASS_MAX: i64 = 1_000_000_000;
const QUANTITY_MAX: i64 = 1_000_000;
/// Characters of a message: two lines of cells.
const MESSAGE_MAX: usize = 70;

/// Checks every one of a list and names its fields by their place in it.
pub(super) fn each<T>(
    list: &str,
    items: &[T],
    check: impl Fn(&mut InputFaults, &str, &T),
) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    if items.is_empty() {
        faults.note(list, "missing");
    }
    for (index, item) in items.iter().enumerate() {
        check(&mut faults, &format!("{list}[{index}]"), item);
    }
    faults.finish()
}

pub(super) fn item(faults: &mut InputFaults, at: &str, item: &Item) {
    barcode(faults, &format!("{at}.barcode"), &item.barcode);
    party(faults, &format!("{at}.sender"), &item.sender);
    addressee(faults, &format!("{at}.recipient"), &item.recipient);
    faults.range(&format!("{at}.mass_g"), item.mass_g.get(), 1..=MASS_MAX);
    sums(faults, at, (item.declared_kopecks, item.cod_kopecks, item.fee_kopecks));
}

pub(super) fn list_item(faults: &mut InputFaults, at: &str, item: &ListItem) {
    barcode(faults, &format!("{at}.barcode"), &item.barcode);
    addressee(faults, &format!("{at}.recipient"), &item.recipient);
    faults.range(&format!("{at}.mass_g"), item.mass_g.get(), 1..=MASS_MAX);
    sums(faults, at, (item.declared_kopecks, item.cod_kopecks, item.fee_kopecks));
}

/// Cash on delivery is at most the declared value (the Post's own rule).
fn sums(faults: &mut InputFaults, at: &str, (declared, cod, fee): (Kopecks, Kopecks, Kopecks)) {
    faults.range(&format!("{at}.declared_kopecks"), declared.get(), 0..=SUM_MAX);
    faults.range(&format!("{at}.cod_kopecks"), cod.get(), 0..=declared.get().max(0));
    faults.range(&format!("{at}.fee_kopecks"), fee.get(), 0..=SUM_MAX);
}

pub(super) fn transfer(faults: &mut InputFaults, at: &str, transfer: &Transfer) {
    barcode(faults, &format!("{at}.barcode"), &transfer.barcode);
    faults.range(&format!("{at}.cod_kopecks"), transfer.cod_kopecks.get(), 1..=SUM_MAX);
    party(faults, &format!("{at}.receiver"), &transfer.receiver);
    party(faults, &format!("{at}.payer"), &transfer.payer);
    bank(faults, &format!("{at}.bank"), &transfer.bank);
    if transfer.message.chars().count() > MESSAGE_MAX {
        faults.note(format!("{at}.message"), "too_long");
    }
}

pub(super) fn bank(faults: &mut InputFaults, at: &str, bank: &Bank) {
    for (field, value, lengths) in numbers(bank) {
        if !value.is_empty() && !is_number(value, lengths) {
            faults.note(format!("{at}.{field}"), "bad_format");
        }
    }
}

/// The numbers of an account, and how long each may be.
const fn numbers(bank: &Bank) -> [(&'static str, &String, &'static [usize]); 4] {
    [
        ("inn", &bank.inn, &[10, 12]),
        ("account", &bank.account, &[20]),
        ("corr_account", &bank.corr_account, &[20]),
        ("bic", &bank.bic, &[9]),
    ]
}

impl Bank {
    /// Whether everything is there and looks right.
    pub fn is_whole(&self) -> bool {
        !self.name.trim().is_empty()
            && numbers(self).into_iter().all(|(_, value, lengths)| is_number(value, lengths))
    }
}

pub(super) fn inventory(faults: &mut InputFaults, at: &str, inventory: &Inventory) {
    barcode(faults, &format!("{at}.barcode"), &inventory.barcode);
    party(faults, &format!("{at}.sender"), &inventory.sender);
    if inventory.lines.is_empty() {
        faults.note(format!("{at}.lines"), "missing");
    }
    for (index, line) in inventory.lines.iter().enumerate() {
        let at = format!("{at}.lines[{index}]");
        if line.name.trim().is_empty() {
            faults.note(format!("{at}.name"), "missing");
        }
        faults.range(&format!("{at}.quantity"), line.quantity, 1..=QUANTITY_MAX);
        faults.range(&format!("{at}.price_kopecks"), line.price_kopecks.get(), 0..=SUM_MAX);
    }
    if total(inventory) != Ok(inventory.declared_kopecks) {
        faults.note(format!("{at}.declared_kopecks"), "bad_format");
    }
}

/// The declared value of all lines.
pub(super) fn total(inventory: &Inventory) -> Result<Kopecks, OutOfRange> {
    inventory.lines.iter().try_fold(Kopecks::ZERO, |sum, line| {
        sum.checked_add(line.price_kopecks.checked_times(line.quantity)?)
    })
}

pub(super) fn list(list: &List) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    for (field, value) in [("number", &list.number), ("kind", &list.kind)] {
        if value.trim().is_empty() {
            faults.note(field, "missing");
        }
    }
    faults.finish()?;
    each("items", &list.items, list_item)
}

/// Whom it is for: without a name nobody knows.
fn addressee(faults: &mut InputFaults, at: &str, recipient: &Party) {
    if recipient.name.trim().is_empty() {
        faults.note(format!("{at}.name"), "missing");
    }
    party(faults, at, recipient);
}

fn party(faults: &mut InputFaults, at: &str, party: &Party) {
    if !party.index.is_empty() && !is_digits(&party.index, 6) {
        faults.note(format!("{at}.index"), "bad_format");
    }
    if !party.phone.is_empty() && !is_digits(&party.phone, 10) {
        faults.note(format!("{at}.phone"), "bad_format");
    }
}

fn barcode(faults: &mut InputFaults, at: &str, barcode: &str) {
    match PostalNumber::parse(barcode) {
        // What is shown must be what the bars say.
        Ok(number) if number.as_str() == barcode => {}
        Err(BarcodeError::CheckDigit { .. }) => faults.note(at, "bad_check_digit"),
        _ => faults.note(at, "bad_format"),
    }
}

/// Whether it is digits, and as many as one of the lengths.
fn is_number(text: &str, lengths: &[usize]) -> bool {
    lengths.iter().any(|length| is_digits(text, *length))
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}
