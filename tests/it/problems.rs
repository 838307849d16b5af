//! The list of error codes: complete, told in both languages, and equal to `docs/problems.md`.
//!
//! `AMBAR_BLESS=1 cargo test --test it problems` writes the file anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ambar::fault::{Code, FIELD_CODES, Kind};
use ambar::http::{HTTP_CODES, status_of};
use ambar::i18n::{self, Language};
use ambar::imports::REFUSAL_CODES;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/problems.md");
const LANGUAGES: [Language; 2] = [Language::Russian, Language::English];

/// Every code, once.
fn codes() -> BTreeMap<&'static str, Code> {
    let lists = [
        HTTP_CODES,
        ambar::access::AccessError::CODES,
        ambar::agency::AgencyError::CODES,
        ambar::bank::BankError::CODES,
        ambar::carriers::CarrierError::CODES,
        ambar::catalog::CatalogError::CODES,
        ambar::cod::CodError::CODES,
        ambar::commands::CommandError::CODES,
        ambar::connections::ConnectionError::CODES,
        ambar::imports::ImportError::CODES,
        ambar::invoices::InvoiceError::CODES,
        ambar::jobs::JobError::CODES,
        ambar::manifests::ManifestError::CODES,
        ambar::money::MoneyError::CODES,
        ambar::notices::NoticeError::CODES,
        ambar::orders::OrderError::CODES,
        ambar::packing::PackError::CODES,
        ambar::packing::UnpackError::CODES,
        ambar::payouts::PayoutError::CODES,
        ambar::picking::PickError::CODES,
        ambar::points::PointsError::CODES,
        ambar::printing::PrintError::CODES,
        ambar::receiving::ReceivingError::CODES,
        ambar::reconciliation::ReconciliationError::CODES,
        ambar::fiscal::FiscalError::CODES,
        ambar::registers::RegisterError::CODES,
        ambar::taxes::TaxError::CODES,
        ambar::shipments::PickupError::CODES,
        ambar::shipments::ShipmentError::CODES,
        ambar::shipments::FormError::CODES,
        ambar::shipments::NOTED_CODES,
        ambar::secrets::VaultError::CODES,
        ambar::stock::GoodsError::CODES,
        ambar::stock::StockError::CODES,
        ambar::terminal::TerminalError::CODES,
        ambar::tracking::TrackingError::CODES,
        &[ambar::connections::FRAME_INVALID],
    ];
    let mut codes = BTreeMap::new();
    for code in lists.concat() {
        let before = codes.insert(code.code, code);
        assert!(before.is_none_or(|before| before == code), "{} means two things", code.code);
    }
    codes
}

/// A sentence with the names of its values in place of the values.
fn sentence(language: Language, key: &str, facts: &[&str]) -> String {
    let args: Vec<(&str, String)> =
        facts.iter().map(|fact| (*fact, format!("{{{fact}}}"))).collect();
    let text = i18n::lookup(language, key, &args)
        .unwrap_or_else(|| panic!("{key} has no sentence in {language}"));
    assert!(!text.contains("{$"), "{key} in {language} speaks of what it is not told: {text}");
    text.replace('\n', " ").replace('|', "\\|")
}

/// The kinds in the order of their statuses, and what a caller does about each.
const KINDS: [(Kind, &str, &str); 9] = [
    (
        Kind::Unauthenticated,
        "Нужен вход",
        "Войдите заново и повторите запрос с новым токеном. / Log in and repeat with the new token.",
    ),
    (
        Kind::Forbidden,
        "Нет прав",
        "Попросите администратора дать роль с этим правом. / Ask the administrator for a role with this right.",
    ),
    (
        Kind::NotFound,
        "Не найдено",
        "Проверьте идентификатор: чужое выглядит так же, как несуществующее. / Check the id: what belongs to others looks like what does not exist.",
    ),
    (
        Kind::Conflict,
        "Сейчас нельзя",
        "Состояние не позволяет. Прочитайте его снова и решите, что делать; повтор того же запроса не поможет. / The state does not allow it: read it again and decide.",
    ),
    (
        Kind::Invalid,
        "Неверный запрос",
        "Исправьте запрос; повтор без изменений не поможет. / Correct the request before sending it again.",
    ),
    (
        Kind::Reused,
        "Ключ уже использован",
        "Возьмите новый ключ идемпотентности или отправьте прежнее тело. / Take a new key or send the body of the first time.",
    ),
    (
        Kind::TooMany,
        "Слишком часто",
        "Подождите указанное время. / Wait for the time that is told.",
    ),
    (
        Kind::Internal,
        "Внутренняя ошибка",
        "Сообщите номер запроса (instance). / Tell the request id (instance).",
    ),
    (
        Kind::Unavailable,
        "Временно недоступно",
        "Повторите с тем же ключом идемпотентности через Retry-After секунд. / Repeat with the same key after Retry-After seconds.",
    ),
];

fn page() -> String {
    let mut page = String::from(
        "# Problems\n\n\
         Коды ошибок амбара. Ошибка HTTP отвечается как `application/problem+json` (RFC 9457): поле\n\
         `code` не меняется никогда, `detail` — это предложение отсюда на языке `Accept-Language`, `fields`\n\
         перечисляет неверные поля. На экране терминала показывается то же предложение.\n\n\
         This page is made by `AMBAR_BLESS=1 cargo test --test it problems`; a test keeps it complete.\n",
    );
    let codes = codes();
    for (kind, title, advice) in KINDS {
        let mut of_kind = codes.values().filter(|code| code.kind == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        let head = "| Code | HTTP | По-русски | English |\n|---|---|---|---|";
        write!(page, "\n## {title}\n\n{advice}\n\n{head}\n").unwrap();
        for code in of_kind {
            let status = status_of(code.code, kind).as_u16();
            let key = format!("problem-{}", code.code);
            let [russian, english] = LANGUAGES.map(|one| sentence(one, &key, code.facts));
            writeln!(page, "| `{}` | {status} | {russian} | {english} |", code.code).unwrap();
        }
    }
    let simple = "| Code | По-русски | English |\n|---|---|---|";
    write!(
        page,
        "\n## Неверные поля\n\nВ `fields` ошибки `input_invalid`. / In `fields` of `input_invalid`.\n\n{simple}\n"
    )
    .unwrap();
    for code in FIELD_CODES {
        let [russian, english] = LANGUAGES.map(|one| sentence(one, &format!("field-{code}"), &[]));
        writeln!(page, "| `{code}` | {russian} | {english} |").unwrap();
    }
    write!(
        page,
        "\n## Строки файлов\n\nПочему строка файла не загружена. Исправьте её и загрузите файл ещё раз: загруженное не\n\
         удвоится. / Why a row was not imported. Correct it and import again: nothing doubles.\n\n{simple}\n"
    )
    .unwrap();
    for code in REFUSAL_CODES {
        let key = format!("import-{}", code.replace('_', "-"));
        let [russian, english] = LANGUAGES.map(|one| sentence(one, &key, &["value"]));
        writeln!(page, "| `{code}` | {russian} | {english} |").unwrap();
    }
    page
}

#[test]
fn every_code_is_told_in_both_languages_and_stands_on_the_page() {
    let made = page();
    if std::env::var_os("AMBAR_BLESS").is_some() {
        std::fs::write(PAGE, &made).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap();
    assert!(kept == made, "docs/problems.md is old: AMBAR_BLESS=1 cargo test --test it problems");
}

/// What the files of `folder` hold between `start` and the first character that ends a name.
fn names_after(folder: &str, ending: &str, start: &str) -> BTreeSet<String> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = BTreeSet::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.extend(text.lines().filter_map(|line| {
                    let rest = line.trim().strip_prefix(start)?;
                    let is_name = |c: &char| c.is_alphanumeric() || *c == '_';
                    Some(rest.chars().take_while(is_name).collect::<String>())
                }));
            }
        }
    }
    found
}

#[test]
fn no_sentence_tells_a_code_that_is_gone() {
    let codes = codes();
    let told = names_after("locales", ".ftl", "problem-");
    let gone: Vec<_> = told.iter().filter(|code| !codes.contains_key(code.as_str())).collect();
    assert!(gone.is_empty(), "sentences that nobody says: {gone:?}");
}

#[test]
fn no_capability_is_missing_here() {
    let this = include_str!("problems.rs");
    let missing: Vec<String> = names_after("src", ".rs", "pub enum ")
        .into_iter()
        .filter(|name| name.ends_with("Error") && !this.contains(&format!("::{name}::CODES")))
        // Errors below the capabilities: they are wrapped or turned into one of theirs.
        .filter(|name| {
            ![
                "BarcodeError",
                "DbError",
                "DocumentError",
                "LabelError",
                "PdfError",
                "LineError",
                "PaperError",
                "PrinterError",
                "SymbolError",
            ]
            .contains(&name.as_str())
        })
        .collect();
    assert!(missing.is_empty(), "their codes are not on the page: {missing:?}");
}
