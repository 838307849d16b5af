//! Sentences for people: Fluent files in `locales/`, Russian first.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

crate::text_enum! {
    #[derive(Default)]
    pub enum Language {
        #[default]
        Russian = "ru",
        English = "en",
    }
}

/// The files of `locales/<language>/`, by name.
macro_rules! locale_files {
    ($language:literal) => {
        &[
            include_str!(concat!("../../locales/", $language, "/core.ftl")),
            include_str!(concat!("../../locales/", $language, "/agency.ftl")),
            include_str!(concat!("../../locales/", $language, "/bank.ftl")),
            include_str!(concat!("../../locales/", $language, "/carriers.ftl")),
            include_str!(concat!("../../locales/", $language, "/catalog.ftl")),
            include_str!(concat!("../../locales/", $language, "/devices.ftl")),
            include_str!(concat!("../../locales/", $language, "/fiscal.ftl")),
            include_str!(concat!("../../locales/", $language, "/receiving.ftl")),
            include_str!(concat!("../../locales/", $language, "/registers.ftl")),
            include_str!(concat!("../../locales/", $language, "/orders.ftl")),
            include_str!(concat!("../../locales/", $language, "/imports.ftl")),
            include_str!(concat!("../../locales/", $language, "/invoices.ftl")),
            include_str!(concat!("../../locales/", $language, "/picking.ftl")),
            include_str!(concat!("../../locales/", $language, "/payouts.ftl")),
            include_str!(concat!("../../locales/", $language, "/points.ftl")),
            include_str!(concat!("../../locales/", $language, "/packing.ftl")),
            include_str!(concat!("../../locales/", $language, "/manifests.ftl")),
            include_str!(concat!("../../locales/", $language, "/money.ftl")),
            include_str!(concat!("../../locales/", $language, "/printing.ftl")),
            include_str!(concat!("../../locales/", $language, "/stock.ftl")),
            include_str!(concat!("../../locales/", $language, "/notices.ftl")),
            include_str!(concat!("../../locales/", $language, "/secrets.ftl")),
            include_str!(concat!("../../locales/", $language, "/terminal.ftl")),
            include_str!(concat!("../../locales/", $language, "/tracking.ftl")),
        ]
    };
}

static BUNDLES: LazyLock<HashMap<Language, FluentBundle<FluentResource>>> = LazyLock::new(|| {
    let files: [(Language, &[&str]); 2] =
        [(Language::Russian, locale_files!("ru")), (Language::English, locale_files!("en"))];
    files.into_iter().map(|(language, files)| (language, bundle(language, files))).collect()
});

fn bundle(language: Language, files: &[&str]) -> FluentBundle<FluentResource> {
    let identifier = language.as_str().parse().expect("ru and en are language tags");
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Screens of scanners cannot show the invisible marks around inserted values.
    bundle.set_use_isolating(false);
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned())
            .expect("the locale files are checked by a test");
        bundle.add_resource(resource).expect("a key stands in one file only");
    }
    bundle
}

/// The sentence of `key`, or nothing if it is not there.
pub fn lookup(language: Language, key: &str, args: &[(&str, String)]) -> Option<String> {
    let bundle = BUNDLES.get(&language)?;
    let pattern = bundle.get_message(key)?.value()?;
    let mut values = FluentArgs::new();
    for (name, value) in args {
        values.set(*name, value.as_str());
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&values), &mut errors);
    if !errors.is_empty() {
        tracing::warn!(key, ?errors, "a sentence lacks a value");
    }
    Some(text.into_owned())
}

/// The sentence of `key`. One that is missing shows its key: ugly, seen at once, and never a panic.
pub fn text(language: Language, key: &str, args: &[(&str, String)]) -> String {
    lookup(language, key, args).unwrap_or_else(|| key.to_owned())
}

/// The sentence that tells a fault.
pub fn fault_text(language: Language, code: &str, args: &[(&str, String)]) -> String {
    text(language, &format!("problem-{code}"), args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(files: &[&str]) -> BTreeSet<String> {
        let lines = files.iter().flat_map(|file| file.lines());
        lines
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let russian = keys(locale_files!("ru"));
        let english = keys(locale_files!("en"));
        let one_sided: Vec<_> = russian.symmetric_difference(&english).collect();
        assert!(one_sided.is_empty(), "only in one language: {one_sided:?}");
    }

    #[test]
    fn a_sentence_takes_its_values() {
        let args = [("fields", "name".to_owned())];
        assert!(fault_text(Language::Russian, "input_invalid", &args).contains("name"));
    }
}
