//! Breaking of papers over pages, and what hostile data becomes.

use serde_json::{Value, json};

use super::page::{Op, Page};
use super::*;

const BOTTOM: i64 = 297_000 - 16_000;

fn act(rows: usize, change: impl Fn(usize, &mut Value)) -> Value {
    let row = |number: usize| {
        let mut row = json!({
            "number": format!("СД-{number:06}"), "order_number": number.to_string(),
            "shop": "Чай и чашка", "recipient": "Ли Ян", "weight_g": 100, "cod_kopecks": 250,
        });
        change(number, &mut row);
        row
    };
    json!({
        "act_number": "ТВ-1", "day": "12.09.2026", "warehouse": "Тверь", "carrier": "СДЭК",
        "pickup_point": "", "number": "1", "closed_at": "12.09.2026 18:20", "missing": "",
        "parcels": (1..=rows).map(row).collect::<Vec<_>>(), "places": "", "places_words": "",
        "cod_kopecks": 250 * rows,
    })
}

fn flow_pages(model: &Value) -> Vec<Page> {
    let layout = &LAYOUTS.iter().find(|(name, _)| *name == Template::HandoverAct).unwrap().1;
    let Content::Flow(flow) = &layout.content else { panic!("the act flows") };
    flow::pages(flow, (layout.width.0, layout.height.0), model).unwrap()
}

fn texts(page: &Page) -> Vec<String> {
    let text = |op: &Op| match op {
        Op::Text { glyphs, .. } => Some(glyphs.iter().map(|glyph| glyph.character).collect()),
        _ => None,
    };
    page.ops.iter().filter_map(text).collect()
}

fn has(page: &[String], start: &str) -> bool {
    page.iter().any(|text| text.starts_with(start))
}

/// Only page numbers may stand below the margin.
fn assert_above_the_margin(pages: &[Page]) {
    for op in pages.iter().flat_map(|page| &page.ops) {
        match op {
            Op::Text { baseline, glyphs, .. } => {
                let is_number = glyphs.first().is_some_and(|glyph| glyph.character == 'Л');
                assert!(*baseline <= BOTTOM || is_number, "{baseline}");
            }
            Op::Frame { y, height, .. } => assert!(y + height <= BOTTOM, "{y}"),
            Op::Line { from, .. } => assert!(from.1 <= BOTTOM),
            Op::Black(_) => {}
        }
    }
}

#[test]
fn every_layout_loads() {
    assert_eq!(LAYOUTS.len(), Template::ALL.len());
}

#[test]
fn wherever_a_page_ends_heads_and_sums_are_there_and_signatures_are_not_alone() {
    for rows in 0..=130 {
        let pages = flow_pages(&act(rows, |_, _| ()));
        assert_above_the_margin(&pages);
        let mut counted = 0;
        for (index, page) in pages.iter().enumerate() {
            let page = texts(page);
            let rows_here = page.iter().filter(|text| text.starts_with("СД-")).count();
            assert!(rows_here > 0 || rows == 0, "page {index} of {rows} rows has no row");
            assert!(has(&page, "Место"), "page {index} of {rows} rows has no head");
            counted += rows_here;
            let sums = format!("Итого по листу, мест: {rows_here}");
            assert_eq!(has(&page, &sums), pages.len() > 1, "page {index} of {rows} rows");
            let is_last = index + 1 == pages.len();
            assert_eq!(has(&page, "Сдал"), is_last);
            assert_eq!(has(&page, "Всего по акту"), is_last);
            assert_eq!(has(&page, "Акт приёма-передачи № ТВ-1 от"), index > 0);
            assert!(has(&page, &format!("Лист {} из {}", index + 1, pages.len())));
        }
        assert_eq!(counted, rows);
    }
}

#[test]
fn sums_of_pages_add_up() {
    let pages = flow_pages(&act(100, |_, _| ()));
    let after = |page: &Page, word: &str| {
        let texts = texts(page);
        let at = texts.iter().position(|text| text.starts_with(word)).unwrap();
        let money = texts[at + 2].replace(['\u{a0}', ','], "");
        money.parse::<i64>().unwrap()
    };
    let sums: i64 = pages.iter().map(|page| after(page, "Итого по листу")).sum();
    assert_eq!(sums, 25_000);
    assert_eq!(after(pages.last().unwrap(), "Всего по акту"), 25_000);
}

#[test]
fn a_row_longer_than_a_page_goes_on() {
    for long in [1, 2, 5] {
        let change = |number: usize, row: &mut Value| {
            if number == long {
                row["recipient"] = "Щ".repeat(10_000).into();
            }
        };
        let pages = flow_pages(&act(5, change));
        assert_above_the_margin(&pages);
        assert!(pages.len() > 2);
        let letters =
            pages.iter().flat_map(texts).flat_map(|text| text.chars().collect::<Vec<_>>());
        assert_eq!(letters.filter(|letter| *letter == 'Щ').count(), 10_000);
    }
}

#[test]
fn a_long_end_goes_on_and_keeps_lines_with_the_signatures() {
    let missing: Vec<String> = (0..2_000).map(|number| format!("СД-{number:06}")).collect();
    for cut in 0..40 {
        let mut model = act(3, |_, _| ());
        model["missing"] = missing[..missing.len() - 9 * cut].join(", ").into();
        let pages = flow_pages(&model);
        assert_above_the_margin(&pages);
        let last = texts(pages.last().unwrap());
        assert!(has(&last, "Сдал"));
        assert!(last.len() > 6, "signatures alone: {last:?}");
    }
}

#[test]
fn an_unknown_value_is_an_error_and_no_gap() {
    let mut model = act(1, |_, _| ());
    model.as_object_mut().unwrap().remove("warehouse");
    let error = render(Template::HandoverAct, &model).unwrap_err();
    assert!(matches!(&error, PaperError::Template(why) if why.contains("warehouse")), "{error}");
}

#[test]
fn a_sum_that_no_number_holds_is_refused() {
    let model = act(2, |_, row| row["cod_kopecks"] = i64::MAX.into());
    assert!(matches!(render(Template::HandoverAct, &model), Err(PaperError::Input(_))));
}

#[test]
fn a_form_can_have_every_kind_of_bar_code() {
    let layout = r#"
        title = "x"
        width = 100
        height = 50
        [content.form]
        each = "items"
        [[content.form.sides]]
        elements = [
            { draw = "code", at = [10, 10, 60, 12], code = "code128", value = "number" },
            { draw = "code", at = [75, 10, 20, 20], code = "datamatrix", value = "number" },
        ]
    "#;
    let layout: Layout = toml::from_str(layout).unwrap();
    let Content::Form(form) = &layout.content else { panic!("a form") };
    let draw = |number: &str| fixed::pages(form, &json!({ "items": [{ "number": number }] }));
    let pages = draw("PR-000117").unwrap();
    let [Op::Black(bars), Op::Black(matrix)] = pages[0].ops.as_slice() else { panic!("two codes") };
    assert!(
        bars.iter().all(|(x, y, w, h)| {
            *x >= 10_000 && x + w <= 70_000 && *y == 10_000 && *h == 12_000
        })
    );
    // A square in the middle of its area, of modules of half a millimetre.
    let (left, right) = (matrix.iter().map(|m| m.0).min(), matrix.iter().map(|m| m.0 + m.2).max());
    let (top, bottom) = (matrix.iter().map(|m| m.1).min(), matrix.iter().map(|m| m.1 + m.3).max());
    assert_eq!(left.unwrap() - 75_000, 95_000 - right.unwrap());
    assert_eq!(top.unwrap() - 10_000, 30_000 - bottom.unwrap());
    assert!(matrix.iter().all(|m| m.3 == 500));
    assert!(matches!(draw("номер"), Err(PaperError::Input(_))), "no letters of Code 128");
    assert!(matches!(draw(&"1".repeat(200)), Err(PaperError::Input(_))), "more than 60 mm hold");
}
