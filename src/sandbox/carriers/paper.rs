//! Papers of stand-ins: real PDF files of one small page.

use std::fmt::Write;

/// A page of A6 (298 × 420 points) with a line of ASCII and a frame.
pub(super) fn pdf(line: &str) -> Vec<u8> {
    sheet((298, 420), line)
}

/// A page of this size in points.
pub(super) fn sheet((width, height): (i64, i64), line: &str) -> Vec<u8> {
    let shown: String = line
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || " -/.".contains(*letter))
        .collect();
    let (right, top, baseline) = (width - 20, height - 20, height - 60);
    let drawn = format!("10 10 {right} {top} re S BT /F1 14 Tf 24 {baseline} Td ({shown}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(file, "{offset:010} 00000 n ");
    }
    let size = objects.len() + 1;
    let _ = write!(file, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    file.into_bytes()
}
