//! The queue: once at a time, again after a crash, dead after too many failures.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ambar::access::Role;
use ambar::app::App;
use ambar::args;
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::ids::{JobId, new_uuid};
use ambar::jobs::{Job, JobHandler, JobOutcome, JobPolicy, NewJob, Workers, enqueue, enqueue_with};
use ambar::units::{Clock, UtcMicros};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use crate::seed;
use crate::support::TestApp;

const KIND: &str = "test";
const START: UtcMicros = UtcMicros::from_micros(1_780_000_000_000_000);

type Answer = Box<dyn Fn(usize) -> Result<JobOutcome, String> + Send + Sync>;

/// Notes whom it ran for and answers what the test says for the n-th run.
struct Recorder {
    seen: Mutex<Vec<String>>,
    runs: AtomicUsize,
    answer: Answer,
}

impl Recorder {
    fn new(
        answer: impl Fn(usize) -> Result<JobOutcome, String> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let answer: Answer = Box::new(answer);
        Arc::new(Self { seen: Mutex::default(), runs: AtomicUsize::new(0), answer })
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl JobHandler for Recorder {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> JobPolicy {
        JobPolicy { attempts_max: 3, ..JobPolicy::default() }
    }

    fn run<'a>(&'a self, _app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        async move {
            let run = self.runs.fetch_add(1, Ordering::SeqCst);
            self.seen.lock().unwrap().push(job.subject.clone());
            tokio::task::yield_now().await;
            (self.answer)(run)
        }
        .boxed()
    }
}

/// Hangs until its lease is over and another worker has had the job.
struct Late {
    second: Workers,
}

impl JobHandler for Late {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, app: &'a App, _job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        async move {
            app.clock.advance_seconds(60);
            assert!(matches!(self.second.run_due().await, Ok(1)));
            Ok(JobOutcome::Done)
        }
        .boxed()
    }
}

async fn queue(app: &App, job: NewJob) -> JobId {
    let now = app.clock.now();
    let work = async move |tx: &mut Tx| enqueue_with(tx, &Ctx::system(now), &job).await;
    app.db.write::<JobId, DbError, _>(work).await.unwrap()
}

fn job(subject: &str) -> NewJob {
    NewJob::new(KIND, subject, json!({ "of": subject }))
}

async fn count_in(app: &App, state: &'static str) -> i64 {
    let sql = "SELECT COUNT(*) FROM job WHERE state = $1";
    let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, args![state]).await;
    app.db.read::<Count, DbError, _>(read).await.unwrap().value
}

async fn until(condition: impl AsyncFn() -> bool) {
    let wait = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap();
}

#[tokio::test]
async fn a_running_worker_is_woken_does_the_job_and_stops_gracefully() {
    let app = TestApp::spawn().await;
    let recorder = Recorder::new(|_| Ok(JobOutcome::Done));
    let handle = Workers::start(app.app.clone(), vec![recorder.clone()]);
    let now = app.app.clock.now();
    let work =
        async move |tx: &mut Tx| enqueue(tx, &Ctx::system(now), KIND, "one", json!({})).await;
    app.app.db.write::<JobId, DbError, _>(work).await.unwrap();
    until(async || count_in(&app.app, "done").await == 1).await;
    handle.stop().await;
    assert_eq!(recorder.seen(), ["one"]);
    assert!(app.app.metrics.text().contains("kind=\"test\",outcome=\"done\""));

    queue(&app.app, job("two")).await;
    assert_eq!(count_in(&app.app, "queued").await, 1, "stopped workers claim nothing");
    app.finish().await;
}

#[tokio::test]
async fn urgent_and_due_jobs_go_first_and_later_ones_wait_for_their_time() {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    let recorder = Recorder::new(|_| Ok(JobOutcome::Done));
    let workers = Workers::new(app.app.clone(), vec![recorder.clone()]);
    queue(&app.app, job("later").not_before(START.plus_seconds(60))).await;
    queue(&app.app, job("urgent").with_priority(5)).await;
    assert_eq!(workers.run_due().await.unwrap(), 1);
    assert_eq!(recorder.seen(), ["urgent"]);
    app.app.clock.advance_seconds(60);
    assert_eq!(workers.run_due().await.unwrap(), 1);
    assert_eq!(recorder.seen(), ["urgent", "later"]);
    app.finish().await;
}

#[tokio::test]
async fn a_job_of_a_crashed_worker_is_run_again_after_its_lease() {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    let id = queue(&app.app, job("one")).await;
    let claim = "UPDATE job SET state = 'running', attempts = 1, worker_id = $1, lease_until = $2
                 WHERE id = $3";
    let work = async move |tx: &mut Tx| {
        tx.execute(claim, args![new_uuid(), START.plus_seconds(60), id]).await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();

    let recorder = Recorder::new(|_| Ok(JobOutcome::Done));
    let workers = Workers::new(app.app.clone(), vec![recorder.clone()]);
    app.app.clock.advance_seconds(59);
    assert_eq!(workers.run_due().await.unwrap(), 0, "the lease still holds");
    app.app.clock.advance_seconds(1);
    assert_eq!(workers.run_due().await.unwrap(), 1);
    assert_eq!(recorder.seen(), ["one"]);
    assert_eq!(count_in(&app.app, "done").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_ends_as_dead() {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    let id = queue(&app.app, job("poison")).await;
    let crashed = "UPDATE job SET state = 'running', attempts = 3, worker_id = $1, lease_until = $2
                   WHERE id = $3";
    let work = async move |tx: &mut Tx| tx.execute(crashed, args![new_uuid(), START, id]).await;
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    let recorder = Recorder::new(|_| Ok(JobOutcome::Done));
    let workers = Workers::new(app.app.clone(), vec![recorder.clone()]);
    assert_eq!(workers.run_due().await.unwrap(), 1);
    assert_eq!(recorder.seen(), [""; 0], "it was not run a fourth time");
    assert_eq!(count_in(&app.app, "dead").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_cannot_write_its_outcome() {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    queue(&app.app, job("slow")).await;
    let other = Recorder::new(|_| Err("the other side is away".to_owned()));
    let second = Workers::new(app.app.clone(), vec![other.clone()]);
    let first = Workers::new(app.app.clone(), vec![Arc::new(Late { second })]);
    assert_eq!(first.run_due().await.unwrap(), 1);
    assert_eq!(other.seen(), ["slow"]);
    assert_eq!(count_in(&app.app, "queued").await, 1, "the second worker's failure stands");
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_fails_too_often_is_dead_and_can_be_retried_by_a_person() {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    let world = seed::world(&app.app).await;
    let id = queue(&app.app, job("one")).await;
    let recorder = Recorder::new(|run| match run {
        0 => Err("paper is out".to_owned()),
        1 => panic!("a defect"),
        2 => Err("still out".to_owned()),
        _ => Ok(JobOutcome::Done),
    });
    let workers = Workers::new(app.app.clone(), vec![recorder.clone()]);
    for _ in 0..3 {
        assert_eq!(workers.run_due().await.unwrap(), 1);
        assert_eq!(workers.run_due().await.unwrap(), 0, "it waits a while");
        app.app.clock.advance_seconds(600);
    }
    let dispatcher = world.session(Role::Dispatcher);
    let list = app.get(dispatcher, "/v1/jobs?state=dead").await.ok();
    assert_eq!(list["items"][0]["id"], id.to_string());
    assert_eq!(list["items"][0]["last_error"], "still out");
    assert_eq!(list["items"][0]["attempts"], 3);

    let path = format!("/v1/jobs/{id}/retry");
    let refused = app.post(world.session(Role::Picker), &path, json!({})).await;
    assert_eq!(refused.problem(403), "forbidden");
    assert_eq!(app.post(dispatcher, &path, json!({})).await.ok()["state"], "queued");
    assert_eq!(app.post(dispatcher, &path, json!({})).await.problem(409), "job_not_dead");
    let unknown = format!("/v1/jobs/{}/retry", JobId::new());
    assert_eq!(app.post(dispatcher, &unknown, json!({})).await.problem(404), "job_not_found");
    assert_eq!(app.get(&world.keys[0], "/v1/jobs").await.problem(403), "forbidden");

    assert_eq!(workers.run_due().await.unwrap(), 1);
    let done = app.get(dispatcher, &format!("/v1/jobs/{id}")).await.ok();
    assert_eq!(done["state"], "done");
    app.finish().await;
}

#[tokio::test]
async fn postponing_is_not_failing_and_giving_up_is_final() {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    queue(&app.app, job("one")).await;
    let recorder = Recorder::new(|run| match run {
        0..5 => Ok(JobOutcome::Later { seconds: 10 }),
        _ => Ok(JobOutcome::GiveUp { reason: "no such printer".to_owned() }),
    });
    let workers = Workers::new(app.app.clone(), vec![recorder.clone()]);
    for _ in 0..6 {
        assert_eq!(workers.run_due().await.unwrap(), 1);
        app.app.clock.advance_seconds(10);
    }
    assert_eq!(count_in(&app.app, "dead").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn two_nodes_never_run_the_same_job() {
    let app = TestApp::spawn().await;
    let (beside, _) = app.spawn_beside().await;
    let names: Vec<String> = (0..60).map(|index| format!("{index:02}")).collect();
    for name in &names {
        queue(&app.app, job(name)).await;
    }
    let recorder = Recorder::new(|_| Ok(JobOutcome::Done));
    let nodes = [app.app.clone(), app.app.clone(), beside.clone()]
        .map(|node| Workers::start(node, vec![recorder.clone()]));
    until(async || count_in(&app.app, "done").await == 60).await;
    for node in nodes {
        node.stop().await;
    }
    let mut seen = recorder.seen();
    seen.sort();
    assert_eq!(seen, names);
    beside.db.close().await;
    app.finish().await;
}
