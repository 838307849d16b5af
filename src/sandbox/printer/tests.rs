use super::*;

fn label(name: &str) -> Vec<u8> {
    format!("^XA^FO1,1^FD{name}^FS^XZ").into_bytes()
}

async fn talk(printer: &SandboxPrinter, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(printer.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn until(printer: &SandboxPrinter, is_so: impl Fn(&SandboxPrinter) -> bool) {
    for _ in 0..2_000 {
        if is_so(printer) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{} labels, {} spoiled", printer.labels(), printer.spoiled());
}

#[tokio::test]
async fn copies_come_out_one_by_one_and_half_a_label_never() {
    let printer = SandboxPrinter::start().await.unwrap();
    talk(&printer, b"^XA^FO1,1^FDa^FS^PQ3^XZ^XA^FDb^FS^XZ^XA^FDhalf^FS").await;
    until(&printer, |printer| printer.labels() == 4).await;
    let third = [label("a"), label("a"), label("a"), b"^XA^FDb^FS^XZ".to_vec()];
    assert_eq!(printer.printed(), third);
    let told = talk(&printer, b"! U1 getvar \"odometer.total_label_count\"\r\n~HI").await;
    assert!(told.contains("\"104004\"") && told.contains("SANDBOX-200dpi"), "{told}");
}

#[tokio::test]
async fn a_spoiled_label_is_printed_again_and_one_without_power_is_lost() {
    let printer = SandboxPrinter::start().await.unwrap();
    printer.trouble_at(2, Trouble::PaperOut);
    talk(&printer, b"^XA^FO1,1^FDa^FS^PQ3^XZ").await;
    until(&printer, |printer| printer.spoiled() == 1).await;
    let told = talk(&printer, b"~HS").await;
    assert!(told.starts_with("\u{2}030,1,1,1245,000"), "{told}");
    assert!(told.contains(",00000001,1,000"), "one is left behind the one in hand: {told}");
    assert_eq!(printer.labels(), 1);
    printer.mend();
    until(&printer, |printer| printer.labels() == 3).await;

    printer.trouble_at(4, Trouble::PowerCut);
    talk(&printer, b"^XA^FO1,1^FDb^FS^PQ3^XZ").await;
    until(&printer, |printer| printer.spoiled() == 2).await;
    assert!(printer.is_troubled());
    printer.mend();
    let told = talk(&printer, b"~HS").await;
    assert!(told.contains("1245,000,0,0,0,"), "{told}");
    assert_eq!(printer.labels(), 3);
}

#[tokio::test]
async fn a_bitmap_printer_drops_what_it_does_not_know() {
    let build = Build { speech: Speech::TsplBitmapOnly, ..Build::default() };
    let printer = SandboxPrinter::start_with(build).await.unwrap();
    let good = b"SIZE 58 mm,40 mm\r\nCLS\r\nBITMAP 0,0,1,2,0,\n\r\r\nPRINT 1,2\r\n";
    let bad = b"SIZE 58 mm,40 mm\r\nCLS\r\nTEXT 1,1,\"1\",0,1,1,\"a\"\r\nPRINT 1,1\r\n";
    talk(&printer, bad).await;
    talk(&printer, good).await;
    until(&printer, |printer| printer.labels() == 2).await;
    let whole = b"SIZE 58 mm,40 mm\r\nCLS\r\nBITMAP 0,0,1,2,0,\n\r\r\nPRINT 1,1\r\n".to_vec();
    assert_eq!(printer.printed(), [whole.clone(), whole]);
    printer.trouble(Trouble::HeadOpen);
    assert_eq!(talk(&printer, b"\x1b!?").await, "\u{1}");
    assert_eq!(talk(&printer, b"\x1b!S").await, "\u{2}E@@@\u{3}\r\n");
}
