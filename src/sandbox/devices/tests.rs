//! Devices of every protocol against a server that uses the codecs as the real one does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::*;
use crate::devices::{
    DeviceScan, Motion, Repeat, Reply, ScaleDecoder, ScaleEvent, ScaleProtocol, ScaleRequest,
    ScannerDecoder, ScannerEvent, ScannerProtocol, StableRules, StableStep, StableWeight,
    StreamProtocol, Verdict, scale, scales, scanners,
};

type Taken = Arc<Mutex<Vec<Vec<u8>>>>;

fn streams() -> Vec<(&'static str, &'static Arc<StreamProtocol>)> {
    let streams = scanners().iter().filter_map(|one| Some((one.name(), one.stream()?)));
    // A page has no socket, and without a suffix a flood is one code.
    streams.filter(|(name, _)| !["keyboard-wedge", "serial-silence"].contains(name)).collect()
}

/// Takes scans, each once, and says that it was good.
async fn serve(mut stream: TcpStream, protocol: Arc<StreamProtocol>, taken: Taken) {
    let mut decoder = ScannerDecoder::new(&protocol);
    let mut buffer = [0; 4096];
    loop {
        let patience =
            if decoder.is_in_frame() { protocol.patience() } else { Duration::from_mins(1) };
        let mut events = Vec::new();
        match timeout(patience, stream.read(&mut buffer)).await {
            Ok(Ok(count)) if count > 0 => {
                decoder.push(&buffer[..count], |event| events.push(event));
            }
            Ok(_) => return,
            Err(_) => decoder.idle(|event| events.push(event)),
        }
        for event in events {
            let bytes = match event {
                ScannerEvent::SendNow(bytes) => bytes.to_vec(),
                ScannerEvent::Scan(scan) => {
                    if scan.repeat == Repeat::No {
                        taken.lock().unwrap().push(scan.data);
                    }
                    let lines = vec!["Bin A-1".to_owned()];
                    protocol.feedback(&Reply { sequence: None, verdict: Verdict::Ok, lines })
                }
                _ => continue,
            };
            if stream.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }
}

async fn scanned(protocol: &Arc<StreamProtocol>, manners: Manners) -> (Response, Vec<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Taken::default();
    let server = {
        let (protocol, taken) = (Arc::clone(protocol), Arc::clone(&taken));
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            serve(stream, protocol, taken).await;
        })
    };
    let mut device = SandboxScanner::connect(protocol, address).await.unwrap();
    let response = device.scan(&DeviceScan::of("GOOD-1"), manners).await.unwrap();
    // The server has taken all that was sent when it sees the end of the connection.
    drop(device);
    server.await.unwrap();
    let taken = std::mem::take(&mut *taken.lock().unwrap());
    (response, taken)
}

#[tokio::test]
async fn a_scanner_of_every_protocol_is_understood_and_answered() {
    for (name, protocol) in streams() {
        for manners in [Manners::Good, Manners::InPieces, Manners::WrongCheckFirst] {
            if manners == Manners::WrongCheckFirst
                && protocol.has_check()
                && !protocol.acknowledges()
            {
                // Nobody tells the device to send it again: it is reported, not guessed.
                assert!(scanned(protocol, manners).await.1.is_empty(), "{name}");
                continue;
            }
            let (response, taken) = scanned(protocol, manners).await;
            assert_eq!(taken, [b"GOOD-1"], "{name}, {manners:?}");
            let hears = !protocol
                .feedback(&Reply { sequence: None, verdict: Verdict::Ok, lines: vec![] })
                .is_empty();
            assert_eq!(response.verdict, hears.then_some(Verdict::Ok), "{name}, {manners:?}");
            if protocol.acknowledges() {
                assert_eq!(response.accepted, 1, "{name}, {manners:?}");
                let refused = u32::from(manners == Manners::WrongCheckFirst);
                assert_eq!(response.refused, refused, "{name}, {manners:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_frame_that_broke_off_does_not_spoil_the_next() {
    let all = streams().into_iter().map(|(name, protocol)| async move {
        for manners in [Manners::CutThenWhole, Manners::GarbageBefore] {
            let (_, taken) = scanned(protocol, manners).await;
            assert_eq!(taken, [b"GOOD-1"], "{name}, {manners:?}");
        }
    });
    futures::future::join_all(all).await;
}

#[tokio::test]
async fn an_ssi_packet_sent_twice_is_one_scan_and_a_flood_is_answered_scan_by_scan() {
    let ssi = scanners().iter().find(|one| one.name() == "zebra-ssi").unwrap();
    let ssi = ssi.stream().unwrap();
    let (response, taken) = scanned(ssi, Manners::Twice).await;
    assert_eq!((response.accepted, taken.len()), (2, 1));
    for (name, protocol) in streams() {
        let (response, taken) = scanned(protocol, Manners::Flood { times: 50 }).await;
        assert_eq!(taken.len(), 50, "{name}");
        if response.verdict.is_some() {
            assert_eq!(response.verdicts, 50, "{name}");
        }
    }
}

#[tokio::test]
async fn a_fixed_reader_waits_for_us_and_says_that_it_read_nothing() {
    let sick = scanners().iter().find(|one| one.name() == "sick-cola-b").unwrap();
    let protocol = sick.stream().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut ours = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let mut device = SandboxScanner::accept(protocol, &listener).await.unwrap();
    for event in [ScannerEvent::NoRead, ScannerEvent::Heartbeat] {
        device.say(&event).await.unwrap();
    }
    drop(device);
    let mut bytes = Vec::new();
    ours.read_to_end(&mut bytes).await.unwrap();
    let mut events = Vec::new();
    ScannerDecoder::new(protocol).push(&bytes, |event| events.push(event));
    assert_eq!(events, [ScannerEvent::NoRead, ScannerEvent::Heartbeat]);
}

/// Asks until something is said.
async fn weigh(stream: &mut TcpStream, decoder: &mut ScaleDecoder) -> ScaleEvent {
    let protocol: Arc<ScaleProtocol> = Arc::clone(decoder.protocol());
    if let Some(request) = protocol.request(ScaleRequest::Weigh) {
        stream.write_all(&request).await.unwrap();
    }
    let mut buffer = [0; 256];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the scale hung up");
        let mut events = Vec::new();
        decoder.push(&buffer[..count], |event| events.push(event));
        for event in events {
            match event {
                ScaleEvent::SendNow(bytes) => stream.write_all(&bytes).await.unwrap(),
                event => return event,
            }
        }
    }
}

/// Asks until the parcel's weight is known.
async fn parcel(
    stream: &mut TcpStream,
    decoder: &mut ScaleDecoder,
    stable: &mut StableWeight,
) -> i64 {
    for _ in 0..200 {
        if let StableStep::Taken { tenths_g } = stable.take(&weigh(stream, decoder).await) {
            return tenths_g;
        }
    }
    panic!("the weight did not come to rest");
}

#[tokio::test]
async fn every_scale_weighs_two_parcels() {
    for protocol in scales() {
        let sandbox = SandboxScale::start(protocol).await.unwrap();
        let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
        let mut decoder = ScaleDecoder::new(protocol);
        let mut stable = StableWeight::new(StableRules::default());
        for grams in [1_250, 840] {
            sandbox.unload();
            while stable.take(&weigh(&mut stream, &mut decoder).await) != StableStep::Empty {}
            sandbox.load(grams);
            let taken = parcel(&mut stream, &mut decoder, &mut stable).await;
            assert_eq!(taken, grams * 10, "{}", protocol.name());
        }
    }
}

#[tokio::test]
async fn a_restless_or_overloaded_scale_gives_no_weight() {
    let protocol = scale("massa-k-100").unwrap();
    let sandbox = SandboxScale::start(protocol).await.unwrap();
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    let mut decoder = ScaleDecoder::new(protocol);
    sandbox.load(500);
    sandbox.set_mood(ScaleMood::Restless);
    let ScaleEvent::Weight(weight) = weigh(&mut stream, &mut decoder).await else {
        panic!("a restless scale shows a weight");
    };
    assert_eq!((weight.tenths_g, weight.motion), (5_000, Motion::Moving));
    sandbox.set_mood(ScaleMood::Overloaded);
    assert_eq!(weigh(&mut stream, &mut decoder).await, ScaleEvent::Overload);
    sandbox.set_mood(ScaleMood::Silent);
    stream.write_all(&protocol.request(ScaleRequest::Weigh).unwrap()).await.unwrap();
    let answer = timeout(Duration::from_millis(100), stream.read(&mut [0; 64])).await;
    assert!(answer.is_err(), "a silent scale answers nothing");
}

#[test]
fn all_stream_protocols_have_a_device() {
    assert!(streams().len() >= 15);
    assert!(scanners().iter().filter_map(ScannerProtocol::message).count() >= 10);
}
