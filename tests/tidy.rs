//! What reviews would otherwise have to say again and again: sizes of files, who may use whom, where
//! SQL, HTTP and texts belong. (Functions over 70 lines are refused by the linter.)

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    assert!(!found.is_empty(), "no {ending} in {folder}");
    found.sort();
    found
}

/// `src/stock/store.rs` as `stock/store.rs`.
fn name(path: &Path) -> String {
    let root = root();
    let short = path.strip_prefix(root.join("src")).or_else(|_| path.strip_prefix(&root));
    short.unwrap_or(path).to_string_lossy().into_owned()
}

/// The code of a file without its unit tests, which may fill a file or a folder of their own.
fn code(path: &Path) -> String {
    let is_tests = |part: &str| ["tests", "tests.rs", "conformance.rs"].contains(&part);
    if path.starts_with(root().join("src")) && name(path).split('/').any(is_tests) {
        return String::new();
    }
    without_tests(&std::fs::read_to_string(path).unwrap())
}

/// Where a reader of code is.
enum Place {
    Code,
    /// Behind `#[cfg(test)]`, before the item that it is of.
    Marked,
    /// In that item, which ends with this line.
    Item(String),
}

/// Empty lines stand for what is there in tests only: an item of one line, or one with braces.
fn without_tests(text: &str) -> String {
    let (mut kept, mut place) = (Vec::new(), Place::Code);
    for line in text.lines() {
        kept.push(if matches!(place, Place::Code) { line } else { "" });
        place = match place {
            Place::Code if line.trim() == "#[cfg(test)]" => Place::Marked,
            Place::Marked if line.trim_start().starts_with("#[") => Place::Marked,
            Place::Marked if line.ends_with('{') => {
                let margin = line.len() - line.trim_start().len();
                Place::Item(format!("{}}}", &line[..margin]))
            }
            Place::Item(end) if line != end => Place::Item(end),
            Place::Code | Place::Marked | Place::Item(_) => Place::Code,
        };
    }
    kept.join("\n")
}

#[test]
fn only_what_is_there_in_tests_is_left_out() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nfn f() {}\n#[cfg(test)]\n#[expect(dead_code)]\n\
        mod tests {\n    fn g() {\n    }\n}\nfn h() {}";
    let left = without_tests(text);
    assert_eq!(left.lines().count(), text.lines().count());
    let left: Vec<&str> = left.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(left, ["use a;", "#[cfg(test)]", "fn f() {}", "#[cfg(test)]", "fn h() {}"]);
}

fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn files_stay_short() {
    let mut found = Vec::new();
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        if lines > FILE_LINES_MAX {
            found.push(format!("{}: {lines} lines", name(&path)));
        }
    }
    assert_none(&found, "split these files along a noun");
}

/// A capability's folder, for the rules about neighbours.
fn folder(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

#[test]
fn nobody_uses_the_store_of_another_capability() {
    let mut found = Vec::new();
    for path in files("src", ".rs") {
        let name = name(&path);
        for (number, line) in code(&path).lines().enumerate() {
            let Some(rest) = line.split("crate::").nth(1) else { continue };
            let mut parts = rest.split("::");
            let (Some(used), Some(what)) = (parts.next(), parts.next()) else { continue };
            if what.starts_with("store") && used != folder(&name) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none(&found, "call the service instead");
}

#[test]
fn sql_stands_in_stores_only() {
    const WORDS: [&str; 4] = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM "];
    let mut found = Vec::new();
    for path in files("src", ".rs") {
        let name = name(&path);
        let allowed = name.contains("store")
            || name.starts_with("db/")
            || name == "series.rs"
            || name.ends_with("/integrity.rs");
        if allowed {
            continue;
        }
        for (number, line) in code(&path).lines().enumerate() {
            if WORDS.iter().any(|word| line.contains(word)) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none(&found, "move these statements to the store");
}

#[test]
fn http_stands_at_the_edge_only() {
    let mut found = Vec::new();
    for path in files("src", ".rs") {
        let name = name(&path);
        let edge = name.contains("http")
            || name.starts_with("cli/")
            || name.starts_with("sandbox/")
            || ["app.rs", "access/caller.rs"].contains(&name.as_str());
        if edge {
            continue;
        }
        for (number, line) in code(&path).lines().enumerate() {
            if line.contains("use axum")
                || line.contains("crate::http::")
                || line.contains("axum::")
            {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none(&found, "these files know HTTP");
}

#[test]
fn what_lies_below_knows_nothing_of_what_lies_above() {
    const LOW: [(&str, &[&str]); 5] = [
        ("units", &["units", "db"]),
        ("barcodes", &["barcodes", "units", "ids", "text_enum"]),
        ("devices", &["devices", "barcodes", "units", "ids", "text_enum"]),
        ("labels", &["labels", "barcodes", "units", "ids", "text_enum", "i18n"]),
        ("db", &["db", "units"]),
    ];
    let mut found = Vec::new();
    for path in files("src", ".rs") {
        let name = name(&path);
        let Some((_, allowed)) = LOW.iter().find(|(low, _)| *low == folder(&name)) else {
            continue;
        };
        for (number, line) in code(&path).lines().enumerate() {
            let Some(rest) = line.trim().strip_prefix("use crate::") else { continue };
            let used: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !allowed.contains(&used.as_str()) {
                found.push(format!("{name}:{}: uses {used}", number + 1));
            }
        }
    }
    assert_none(&found, "data flows down only");
}

#[test]
fn the_faces_are_used_by_nobody_below() {
    let mut found = Vec::new();
    for path in files("src", ".rs") {
        let name = name(&path);
        // `app.rs` and the router wire all parts together.
        let face = ["cli", "terminal", "sandbox", "connections"].contains(&folder(&name))
            || ["lib.rs", "main.rs", "app.rs", "http/router.rs"].contains(&name.as_str());
        if face {
            continue;
        }
        for (number, line) in code(&path).lines().enumerate() {
            for above in ["crate::cli", "crate::terminal", "crate::sandbox", "crate::connections"] {
                if line.contains(above) {
                    found.push(format!("{name}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert_none(&found, "faces call services, never the other way round");
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> Vec<String> {
        files(&format!("migrations/{engine}"), ".sql")
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn what_is_not_found_has_a_name_in_both_languages() {
    let mut found = Vec::new();
    for language in ["ru", "en"] {
        let sentences =
            std::fs::read_to_string(root().join(format!("locales/{language}/core.ftl"))).unwrap();
        for path in files("src", ".rs") {
            for rest in code(&path).split("NotFound { what: \"").skip(1) {
                let what = rest.split('"').next().unwrap_or_default();
                if !sentences.contains(&format!("[{what}]")) {
                    found.push(format!("{}: {what} in {language}", name(&path)));
                }
            }
        }
    }
    assert_none(&found, "name these in problem-not_found");
}

/// Names under which a file's types would stand in the description of the API.
fn shapes(code: &str) -> Vec<String> {
    let (mut found, mut is_shape, mut given) = (Vec::new(), false, None);
    for line in code.lines().map(str::trim) {
        is_shape |= line.contains("ToSchema") || line.ends_with("text_enum! {");
        if let Some(rest) = line.strip_prefix("#[schema(as = ") {
            given = rest.strip_suffix(")]").map(str::to_owned);
        }
        let mut words = line.split([' ', '(', '<', ';']).skip_while(|word| word.starts_with("pub"));
        if matches!(words.next(), Some("struct" | "enum")) {
            let name = given.take().or_else(|| words.next().map(str::to_owned));
            found.extend(name.filter(|_| std::mem::take(&mut is_shape)));
        }
    }
    found
}

#[test]
fn the_description_of_the_api_has_each_name_once_and_the_words_that_are_sent() {
    let spec = serde_json::to_value(ambar::http::router::openapi()).unwrap();
    let shown = spec["components"]["schemas"].as_object().unwrap();
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files("src", ".rs") {
        for shape in shapes(&code(&path)) {
            places.entry(shape).or_default().push(name(&path));
        }
    }
    assert!(places.len() > 300, "{} shapes", places.len());
    let twice: Vec<String> = places
        .iter()
        .filter(|(shape, of)| of.len() > 1 && shown.contains_key(*shape))
        .map(|(shape, of)| format!("{shape}: {}", of.join(", ")))
        .collect();
    assert_none(&twice, "one would stand for the other: rename it, or #[schema(as = …)]");
    let words = &shown["ExceptionResolution"]["enum"];
    assert_eq!(words[0], "pass_on", "{words}");
}

/// Tests are built with features that only their own libraries ask for: the program would panic where they
/// pass.
#[test]
fn patterns_use_what_the_program_is_built_with() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("regex = ")).unwrap();
    let needs = [(r"\p{", "unicode-gencat"), (r"\d", "unicode-perl"), ("(?i)", "unicode-case")];
    let mut found = Vec::new();
    for path in files("src", ".rs") {
        let code = code(&path);
        let is_pattern = code.contains("Regex::new(");
        let lacking = needs.iter().filter(|(sign, feature)| {
            is_pattern && code.contains(sign) && !line.contains(&format!("\"{feature}\""))
        });
        found.extend(lacking.map(|(_, feature)| format!("{}: {feature}", name(&path))));
    }
    assert_none(&found, "name these features of regex in Cargo.toml");
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    let mut found = Vec::new();
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark))
                || line.contains(concat!("#[ig", "nore"))
            {
                found.push(format!("{}:{}: {}", name(&path), number + 1, line.trim()));
            }
        }
    }
    assert_none(&found, "do it or file it");
}
