//! Asking several servers in order of preference without waiting for one that is silent.

use std::time::Duration;

use futures_util::future::{LocalBoxFuture, OptionFuture};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use crate::{Address, Http};

pub struct Question<'a, T, E> {
    /// If every source that is left is silent and all have a label, a notice says so.
    pub label: Option<String>,
    /// The servers of the source. While one of them sends anything, the source is not silent.
    pub servers: Vec<Address>,
    /// How long it may be silent before the next one is asked too; `None`: until it fails.
    pub patience: Option<Duration>,
    pub response: LocalBoxFuture<'a, Result<T, E>>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Winner<T> {
    /// The number of the question, counted from 0.
    pub number: usize,
    pub value: T,
    /// Questions that had no response in time, and were dropped.
    pub silent: Vec<usize>,
    pub failed: Vec<usize>,
}

struct Asked {
    label: Option<String>,
    /// When it was asked, by the clock.
    at: Duration,
    was_silent: bool,
    has_failed: bool,
}

impl Http {
    /// Asks the first question, and the next whenever the latest has failed or is silent for too
    /// long; `None` if all failed. `failed` is called for each failure and says whether the next
    /// question may be asked because of it; an error of its own ends the race.
    pub async fn race<'a, T: 'a, E: 'a, X>(
        &'a self,
        questions: impl IntoIterator<Item = Question<'a, T, E>>,
        failed: impl FnMut(usize, E) -> Result<bool, X>,
    ) -> Result<Option<Winner<T>>, X> {
        let result = self.first_response(questions, failed).await;
        // The user may still be typing a password for a source that was too slow.
        self.clock().running().await;
        result
    }

    async fn first_response<'a, T: 'a, E: 'a, X>(
        &'a self,
        questions: impl IntoIterator<Item = Question<'a, T, E>>,
        mut failed: impl FnMut(usize, E) -> Result<bool, X>,
    ) -> Result<Option<Winner<T>>, X> {
        let mut questions = questions.into_iter();
        let mut running = FuturesUnordered::new();
        let mut asked: Vec<Asked> = Vec::new();
        // Ends when the latest question has been silent for too long.
        let mut silence = OptionFuture::from(None);
        let mut next = questions.next();
        loop {
            if let Some(Question { label, servers, patience, response }) = next.take() {
                let (number, at) = (asked.len(), self.clock().now());
                running.push(response.map(move |result| (number, result)));
                asked.push(Asked { label, at, was_silent: false, has_failed: false });
                let silent = |patience| async move { self.silence(&servers, at, patience).await };
                silence = patience.map(|patience| silent(patience).boxed_local()).into();
            }
            tokio::select! {
                biased;
                ended = running.next() => match ended {
                    None => return Ok(None),
                    Some((number, Ok(value))) => return Ok(Some(self.winner(number, value, &asked))),
                    Some((number, Err(error))) => {
                        let is_latest = number + 1 == asked.len();
                        if let Some(asked) = asked.get_mut(number) {
                            asked.has_failed = true;
                        }
                        if failed(number, error)? && is_latest {
                            silence = None.into();
                            next = questions.next();
                        }
                    }
                },
                Some(()) = &mut silence => {
                    silence = None.into();
                    if let Some(latest) = asked.last_mut() {
                        latest.was_silent = true;
                    }
                    next = questions.next();
                    let left = asked.iter().filter(|asked| !asked.has_failed);
                    let labels = left.map(|asked| asked.label.clone()).collect::<Option<Vec<_>>>();
                    if let Some(labels) = labels.filter(|_| next.is_none()) {
                        self.tell_silence(&labels);
                    }
                }
            }
        }
    }

    fn winner<T>(&self, number: usize, value: T, asked: &[Asked]) -> Winner<T> {
        let in_time = self.clock().now().saturating_sub(self.settings.patience);
        let others = || asked.iter().enumerate().filter(|(at, _)| *at != number);
        let silent =
            others().filter(|(_, asked)| asked.was_silent && !asked.has_failed && asked.at <= in_time);
        let failed = others().filter(|(_, asked)| asked.has_failed);
        Winner {
            number,
            value,
            silent: silent.map(|(at, _)| at).collect(),
            failed: failed.map(|(at, _)| at).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{NetworkSettings, Notice};
    use gover_test::clock::{meanwhile, pass};

    const PATIENCE: Duration = Duration::from_hours(1);

    type Test = Question<'static, u32, &'static str>;

    fn question(response: impl Future<Output = Result<u32, &'static str>> + 'static) -> Test {
        let patience = Some(PATIENCE);
        Question { label: None, servers: Vec::new(), patience, response: response.boxed_local() }
    }

    fn answer(value: Result<u32, &'static str>) -> Test {
        question(ready(value))
    }

    fn silence() -> Test {
        question(pending())
    }

    fn http() -> Http {
        Http::new(NetworkSettings { patience: PATIENCE, ..NetworkSettings::default() })
    }

    /// Lets the patience of as many questions as can be silent pass.
    async fn time() {
        for _ in 0..3 {
            pass(PATIENCE, || true).await;
            tokio::task::yield_now().await;
        }
    }

    async fn ask(questions: Vec<Test>) -> Option<(usize, u32, Vec<usize>)> {
        let goes_on = |_, error| Ok::<_, ()>(error != "stop");
        let winner = meanwhile(http().race(questions, goes_on), time()).await.unwrap();
        winner.map(|winner| (winner.number, winner.value, winner.silent))
    }

    /// The result of a race; `None` if no question wins before `time` ends.
    async fn in_time(http: &Http, questions: Vec<Test>, time: impl Future<Output = ()>) -> Option<u32> {
        let race = http.race(questions, |_, _| Ok::<_, ()>(true));
        tokio::select! {
            biased;
            winner = race => winner.unwrap().map(|winner| winner.value),
            () = time => None,
        }
    }

    #[tokio::test]
    async fn the_first_success_wins_and_no_other_source_is_asked() {
        let later = question(async { panic!("nobody needs to ask this one") });
        assert_eq!(ask(vec![answer(Err("no")), answer(Ok(1)), later]).await, Some((1, 1, vec![])));
    }

    #[tokio::test]
    async fn silence_lets_the_next_be_asked_and_is_told() {
        assert_eq!(ask(vec![silence(), answer(Err("no")), answer(Ok(2))]).await, Some((2, 2, vec![0])));
    }
    #[tokio::test]
    async fn a_late_response_counts_unless_another_was_faster() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let first = question(async {
            receiver.await.map_err(|_| "gone")?;
            Ok(0)
        });
        let second = question(async {
            sender.send(()).map_err(|()| "gone")?;
            pending().await
        });
        // The second was asked only a moment ago, so it does not count as silent.
        assert_eq!(ask(vec![first, second]).await, Some((0, 0, vec![])));
    }

    #[tokio::test]
    async fn a_failure_that_stops_leaves_those_that_are_asked() {
        assert_eq!(ask(vec![answer(Err("stop")), answer(Ok(1))]).await, None);
        assert_eq!(ask(vec![]).await, None);
        // Without `patience`, the race waits for a question.
        let first = Question { patience: None, ..silence() };
        assert_eq!(in_time(&http(), vec![first, answer(Ok(1))], time()).await, None);
        assert_eq!(in_time(&http(), vec![silence(), answer(Ok(1))], time()).await, Some(1));
    }

    #[tokio::test]
    async fn a_server_that_is_sending_is_not_silent() {
        let http = http();
        let first = || Question { servers: vec!["https://a.example/x".parse().unwrap()], ..silence() };
        let sends = async {
            for _ in 0..4 {
                http.note_activity(&"https://a.example/y".parse::<Address>().unwrap().origin());
                pass(PATIENCE * 3 / 4, || true).await;
                tokio::task::yield_now().await;
            }
        };
        assert_eq!(in_time(&http, vec![first(), answer(Ok(1))], sends).await, None);
        assert_eq!(in_time(&http, vec![first(), answer(Ok(1))], time()).await, Some(1));
    }

    #[tokio::test]
    async fn a_running_program_does_not_count_as_silence() {
        let http = http();
        let stopped = http.clock().stop();
        assert_eq!(in_time(&http, vec![silence(), answer(Ok(1))], time()).await, None);
        // A race that is decided goes on when the program has ended.
        assert_eq!(in_time(&http, vec![answer(Ok(1))], time()).await, None);
        drop(stopped);
        assert_eq!(in_time(&http, vec![answer(Ok(1))], time()).await, Some(1));
    }

    #[tokio::test]
    async fn that_all_are_silent_is_told_once_the_last_one_is() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let named = |label: &str, question: Test| Question { label: Some(label.to_owned()), ..question };
        let first = question(async {
            receiver.await.map_err(|_| "gone")?;
            Ok(0)
        });
        let sender = Arc::new(Mutex::new(Some(sender)));
        let http = Http::new(NetworkSettings {
            patience: PATIENCE,
            notice: Notice::new(move |waiting| {
                let text = waiting.to_string();
                assert_eq!(text, "waiting for a, c (no answer for 3600 s)", "b has failed");
                sender.lock().unwrap().take().expect("told once").send(()).unwrap();
            }),
            ..NetworkSettings::default()
        });
        let questions = vec![named("a", first), named("b", answer(Err("no"))), named("c", silence())];
        let race = http.race(questions, |_, _| Ok::<_, ()>(true));
        assert_eq!(meanwhile(race, time()).await.unwrap().unwrap().silent, [2]);
    }

    #[tokio::test]
    async fn an_error_of_the_judge_ends_it() {
        let http = http();
        let race = http.race([silence(), answer(Err("fraud"))], |_, error| Err::<bool, _>(error));
        assert_eq!(meanwhile(race, time()).await.unwrap_err(), "fraud");
    }
}
