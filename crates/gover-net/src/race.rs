//! Asking several in order of preference without waiting for one that is silent.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// A question on its way.
pub type Question<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + 'a>>;

/// The first answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// Which question it answers, counted from 0.
    pub from: usize,
    /// The answer.
    pub value: T,
    /// Questions that were put longer than the patience ago and have no answer; they are dropped.
    pub silent: Vec<usize>,
    /// Questions that failed.
    pub failed: Vec<usize>,
}

/// How patient a race is.
#[derive(Clone, Copy, Debug)]
pub struct Patience<W, Q, A> {
    /// How long a question may be without an answer before it counts as silent.
    pub silence: Duration,
    /// How long after the question of that number the next is put beside it; `None` waits for its end.
    pub wait: W,
    /// Whether nothing is heard of the question of that number; one whose answer is on its way is waited for.
    pub quiet: Q,
    /// Told once, with the numbers of those that are asked, if the question put last is silent too and there is no other
    /// to put.
    pub all_silent: A,
}

/// Puts the first question, and the next whenever the one put last has failed or is silent for too long; `None` if all
/// failed. `failed` is told each failure and says whether the next question may be put because of it; its own error
/// ends the race.
pub async fn race<'a, T, E, X>(
    questions: impl IntoIterator<Item = Question<'a, T, E>>,
    patience: Patience<impl Fn(usize) -> Option<Duration>, impl Fn(usize) -> bool, impl Fn(Vec<usize>)>,
    mut failed: impl FnMut(usize, E) -> Result<bool, X>,
) -> Result<Option<Answer<T>>, X> {
    let mut race = Race { waiting: questions.into_iter(), running: Vec::new(), asked: 0, alarm: None };
    let mut failures = Vec::new();
    race.ask(&patience.wait);
    while !race.running.is_empty() {
        match race.next().await {
            Event::Silence if race.asked.checked_sub(1).is_some_and(|last| !(patience.quiet)(last)) => {
                race.alarm = Some(Box::pin(sleep(patience.silence)));
            }
            Event::Silence => {
                if let Some(last) = race.running.iter_mut().find(|put| put.number + 1 == race.asked) {
                    last.passed_by = true;
                }
                if !race.ask(&patience.wait) {
                    let running = race.running.iter().map(|put| put.number).collect();
                    (patience.all_silent)(running);
                }
            }
            Event::Ended(from, Ok(value)) => {
                let silent = |put: &&Put<'a, T, E>| put.passed_by && put.since.elapsed() >= patience.silence;
                let silent = race.running.iter().filter(silent).map(|put| put.number).collect();
                return Ok(Some(Answer { from, value, silent, failed: failures }));
            }
            Event::Ended(number, Err(error)) => {
                failures.push(number);
                if failed(number, error)? && number + 1 == race.asked {
                    race.ask(&patience.wait);
                }
            }
        }
    }
    Ok(None)
}

struct Race<'a, I, T, E> {
    waiting: I,
    running: Vec<Put<'a, T, E>>,
    asked: usize,
    /// When the question put last has been silent for too long.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// A question that was put.
struct Put<'a, T, E> {
    number: usize,
    since: Instant,
    /// It was silent for so long that the next was asked.
    passed_by: bool,
    question: Question<'a, T, E>,
}

enum Event<T, E> {
    Silence,
    Ended(usize, Result<T, E>),
}

impl<'a, T, E, I: Iterator<Item = Question<'a, T, E>>> Race<'a, I, T, E> {
    /// Puts the next question; false if there is none.
    fn ask(&mut self, wait: impl Fn(usize) -> Option<Duration>) -> bool {
        self.alarm = None;
        let Some(question) = self.waiting.next() else { return false };
        let number = self.asked;
        self.running.push(Put { number, since: Instant::now(), passed_by: false, question });
        self.asked += 1;
        self.alarm = wait(number).map(|wait| Box::pin(sleep(wait)));
        true
    }

    async fn next(&mut self) -> Event<T, E> {
        poll_fn(|context| {
            // Who was asked first is heard first.
            for at in 0..self.running.len() {
                let Some(put) = self.running.get_mut(at) else { break };
                if let Poll::Ready(end) = put.question.as_mut().poll(context) {
                    let number = self.running.remove(at).number;
                    return Poll::Ready(Event::Ended(number, end));
                }
            }
            match &mut self.alarm {
                Some(alarm) => alarm.as_mut().poll(context).map(|()| Event::Silence),
                None => Poll::Pending,
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, ready};

    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    fn answer(value: Result<u32, &'static str>) -> Question<'static, u32, &'static str> {
        Box::pin(ready(value))
    }

    fn silence() -> Question<'static, u32, &'static str> {
        Box::pin(pending())
    }

    fn patient<W: Fn(usize) -> Option<Duration>>(
        wait: W,
    ) -> Patience<W, impl Fn(usize) -> bool, impl Fn(Vec<usize>)> {
        Patience { silence: SOON, wait, quiet: |_| true, all_silent: |_| () }
    }

    async fn ask(questions: Vec<Question<'static, u32, &'static str>>) -> Option<(usize, u32, Vec<usize>)> {
        let goes_on = |_, error| Ok::<_, ()>(error != "stop");
        let answer = race(questions, patient(|_| Some(SOON)), goes_on).await.unwrap();
        answer.map(|answer| (answer.from, answer.value, answer.silent))
    }

    #[tokio::test]
    async fn the_first_that_can_answers_and_no_other_is_asked() {
        let later: Question<'_, u32, &str> = Box::pin(async { panic!("nobody needs to ask this one") });
        assert_eq!(ask(vec![answer(Err("no")), answer(Ok(1)), later]).await, Some((1, 1, vec![])));
    }

    #[tokio::test]
    async fn silence_lets_the_next_be_asked_and_is_told() {
        assert_eq!(ask(vec![silence(), answer(Err("no")), answer(Ok(2))]).await, Some((2, 2, vec![0])));
    }

    #[tokio::test]
    async fn a_late_answer_counts_as_long_as_nobody_was_faster() {
        let late = RefCell::new(Some(tokio::sync::oneshot::channel::<()>()));
        let (sender, receiver) = late.take().unwrap();
        let first: Question<'_, u32, &str> = Box::pin(async {
            receiver.await.map_err(|_| "gone")?;
            Ok(0)
        });
        let second: Question<'_, u32, &str> = Box::pin(async {
            sender.send(()).map_err(|()| "gone")?;
            pending().await
        });
        let goes_on = |_, _| Ok::<_, ()>(true);
        let silence = Duration::from_mins(1);
        let patience = Patience { silence, wait: |_| Some(SOON), quiet: |_| true, all_silent: |_| () };
        let answer = race(vec![first, second], patience, goes_on).await.unwrap().unwrap();
        // The second was asked a moment ago, which is no silence.
        assert_eq!((answer.from, answer.silent), (0, vec![]));
    }

    #[tokio::test]
    async fn a_failure_that_stops_leaves_those_that_are_asked() {
        assert_eq!(ask(vec![answer(Err("stop")), answer(Ok(1))]).await, None);
        assert_eq!(ask(vec![]).await, None);
        // Who may not be passed by is waited for.
        let patience = patient(|number| (number > 0).then_some(SOON));
        let waits = race(vec![silence(), answer(Ok(1))], patience, |_, _| Ok::<_, ()>(true));
        assert!(tokio::time::timeout(Duration::from_millis(20), waits).await.is_err());
    }

    #[tokio::test]
    async fn an_answer_on_its_way_is_no_silence() {
        let quiet = |_| false;
        let patience =
            Patience { silence: SOON, wait: |_| Some(SOON), quiet, all_silent: |_: Vec<usize>| () };
        let never: Question<'_, u32, &str> = Box::pin(async { panic!("the first is not silent") });
        let waits = race(vec![silence(), never], patience, |_, _| Ok::<_, ()>(true));
        assert!(tokio::time::timeout(Duration::from_millis(20), waits).await.is_err());
    }

    #[tokio::test]
    async fn that_all_are_silent_is_told_once_the_last_one_is() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let first: Question<'_, u32, &str> = Box::pin(async {
            receiver.await.map_err(|_| "gone")?;
            Ok(0)
        });
        let told = RefCell::new(Some(sender));
        let all_silent = |running: Vec<usize>| {
            assert_eq!(running, [0, 2], "who has failed is not waited for");
            told.take().expect("told once").send(()).unwrap();
        };
        let patience = Patience { silence: SOON, wait: |_| Some(SOON), quiet: |_| true, all_silent };
        let questions = vec![first, answer(Err("no")), silence()];
        let answer = race(questions, patience, |_, _| Ok::<_, ()>(true)).await.unwrap();
        assert_eq!(answer.unwrap().silent, [2]);
    }

    #[tokio::test]
    async fn an_error_of_the_judge_ends_it() {
        let patience = patient(|_| Some(SOON));
        let result = race(vec![silence(), answer(Err("fraud"))], patience, |_, error| Err::<bool, _>(error));
        assert_eq!(result.await.unwrap_err(), "fraud");
    }
}
