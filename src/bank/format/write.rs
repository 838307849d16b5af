//! Writing.

use super::{MAGIC, SectionKind};

/// A file as text, with the line ends of Windows: the head, then sections with their kind and title.
///
/// Line ends and other control characters inside of values become blanks: a value never becomes a line.
pub fn write<'a>(
    head: &[(&str, &str)],
    sections: impl IntoIterator<Item = (SectionKind, &'a str, Vec<(&'a str, &'a str)>)>,
) -> String {
    let mut text = format!("{MAGIC}\r\n");
    fields(&mut text, head);
    for (kind, title, values) in sections {
        match kind {
            SectionKind::Account => text.push_str("СекцияРасчСчет\r\n"),
            SectionKind::Document => fields(&mut text, &[("СекцияДокумент", title)]),
        }
        fields(&mut text, &values);
        text.push_str(match kind {
            SectionKind::Account => "КонецРасчСчет\r\n",
            SectionKind::Document => "КонецДокумента\r\n",
        });
    }
    text.push_str("КонецФайла\r\n");
    text
}

fn fields(text: &mut String, values: &[(&str, &str)]) {
    for (key, value) in values {
        text.push_str(key);
        text.push('=');
        text.extend(value.chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
        text.push_str("\r\n");
    }
}
