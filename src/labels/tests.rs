//! Every template, at every resolution, with every kind of data.

use std::fmt::Write;
use std::path::PathBuf;

use proptest::prelude::*;

use super::bitmap::tests::decode;
use super::*;

const RESOLUTIONS: [u32; 4] = [6, 8, 12, 24];

fn commands(zpl: &[u8]) -> usize {
    zpl.iter().filter(|byte| matches!(byte, b'^' | b'~')).count()
}

fn at(dots_per_mm: u32) -> PrinterModel {
    PrinterModel { dots_per_mm }
}

#[test]
fn every_template_is_filled_with_its_example_on_every_printer() {
    for template in templates() {
        for dots_per_mm in RESOLUTIONS {
            let context = format!("{} at {dots_per_mm}", template.name());
            let zpl = fill(template, &template.example(), at(dots_per_mm));
            let zpl = String::from_utf8(zpl.unwrap_or_else(|error| panic!("{context}: {error}")));
            let zpl = zpl.unwrap();
            assert!(zpl.is_ascii() && zpl.starts_with("^XA") && zpl.ends_with("^XZ\n"));
            let width = template.width_mm() * dots_per_mm;
            assert!(zpl.contains(&format!("^PW{width}^LL")), "{context}");
        }
    }
}

#[test]
fn own_codes_in_examples_have_their_check_character() {
    let examples = templates().iter().flat_map(|template| template.example().into_iter());
    let coded = examples.filter(|(name, _)| name == "code" || name == "number");
    let read =
        coded.map(|(_, code)| crate::barcodes::read(&code)).filter(|scan| scan.gs1().is_none());
    assert!(read.map(|scan| assert!(scan.own().is_some(), "{}", scan.raw)).count() >= 7);
}

#[test]
fn every_template_is_filled_without_its_optional_fields() {
    for template in templates() {
        let mut fields = template.example();
        for field in template.fields().iter().filter(|field| !field.required) {
            fields.remove(&field.name);
        }
        let bare = fill(template, &fields, at(8)).unwrap();
        let full = fill(template, &template.example(), at(8)).unwrap();
        let has_optional = fields.len() < template.fields().len();
        assert_eq!(commands(&bare) < commands(&full), has_optional, "{}", template.name());
    }
}

#[test]
fn pictures_in_zpl_are_whole_rows() {
    let zpl = fill(template("parcel").unwrap(), &template("parcel").unwrap().example(), at(8));
    let zpl = String::from_utf8(zpl.unwrap()).unwrap();
    let mut pictures = 0;
    for field in zpl.split("^GFA,").skip(1) {
        let field = field.split('^').next().unwrap();
        let mut parameters = field.splitn(4, ',');
        let mut number = || parameters.next().unwrap().parse::<usize>().unwrap();
        let (total, repeated, row_bytes) = (number(), number(), number());
        assert_eq!(total, repeated);
        assert_eq!(decode(parameters.next().unwrap(), row_bytes).len() * row_bytes, total);
        pictures += 1;
    }
    assert!(pictures > 10);
}

/// The pictures that the README shows. Set `AMBAR_BLESS` to write them anew after a change.
#[test]
fn every_template_looks_as_its_golden_picture() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("label-templates/pictures");
    for template in templates() {
        let path = directory.join(format!("{}.png", template.name()));
        let drawn = preview_png(template, &template.example(), 8).unwrap();
        if std::env::var_os("AMBAR_BLESS").is_some() {
            std::fs::write(&path, &drawn).unwrap();
        }
        let golden = image::open(&path).unwrap().into_luma8();
        let drawn = image::load_from_memory(&drawn).unwrap().into_luma8();
        assert_eq!(drawn.dimensions(), golden.dimensions(), "{}", template.name());
        let differing = drawn.pixels().zip(golden.pixels()).filter(|(a, b)| a != b).count();
        assert_eq!(differing, 0, "{} dots of {} differ", differing, template.name());
    }
}

#[test]
fn defects_of_data_name_template_and_field() {
    let item = template("item").unwrap();
    let message = |field: &str, value: &str| {
        let mut fields = item.example();
        fields.insert(field.to_owned(), value.to_owned());
        fill(item, &fields, at(8)).unwrap_err().to_string()
    };
    assert_eq!(message("colour", "red"), "label item has no field colour");
    assert_eq!(message("name", " "), "label item needs the field name");
    assert_eq!(
        message("lot", &"9".repeat(21)),
        "field lot of label item has 21 characters, more than 20"
    );
    assert_eq!(
        message("barcode", "Кружка"),
        "field barcode of label item cannot have the character 'К' in a bar code"
    );
    assert_eq!(message("barcode", &"AB-".repeat(16)), "field barcode does not fit on label item");
    assert!(matches!(
        fill(item, &item.example(), at(9)),
        Err(LabelError::Resolution { dots_per_mm: 9 })
    ));
    assert!(matches!(template("sticker"), Err(LabelError::UnknownTemplate { .. })));
}

#[test]
fn a_barcode_that_is_no_ean_13_is_printed_as_code_128() {
    let item = template("item").unwrap();
    let zpl_of = |barcode: &str| {
        let mut fields = item.example();
        fields.insert("barcode".to_owned(), barcode.to_owned());
        String::from_utf8(fill(item, &fields, at(8)).unwrap()).unwrap()
    };
    assert!(zpl_of("4601234567893").contains("^BEN,90,N,N^FH_^FD460123456789^FS"));
    assert!(zpl_of("4601234567890").contains("^BCN,90,N,N,N,A^FH_^FD4601234567890^FS"));
    assert!(zpl_of("A^XZ~JR").contains("^FD>:A>_3CXZ>_3DJR^FS"));
}

/// A table of what is in the bars, for decoders outside of this project.
#[test]
fn bar_codes_say_what_the_examples_say() {
    let mut table = String::new();
    for template in templates() {
        let zpl = fill(template, &template.example(), at(8)).unwrap();
        for line in String::from_utf8(zpl).unwrap().lines().filter(|line| line.contains("^BY")) {
            let data = line.split_once("^FD").unwrap().1.trim_end_matches("^FS");
            writeln!(table, "{} {data}", template.name()).unwrap();
        }
    }
    assert!(table.contains("item 290000001234\n"), "{table}");
    assert!(table.contains("parcel PR-"), "{table}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_data_can_add_a_command(
        name in "[\\^~_\\\\A-Za-zА-я0-9,{}\u{0}-\u{1f}]{1,40}",
        barcode in "[ -~]{1,10}",
        owner in any::<String>(),
    ) {
        let item = template("item").unwrap();
        let expected = commands(&fill(item, &item.example(), at(8)).unwrap());
        let mut fields = item.example();
        fields.insert("name".to_owned(), format!("x{name}"));
        fields.insert("barcode".to_owned(), format!("^{barcode}~"));
        fields.insert("owner".to_owned(), format!("~JR{owner}"));
        if let Ok(zpl) = fill(item, &fields, at(8)) {
            prop_assert_eq!(commands(&zpl), expected);
        }
    }
}
