//! What is made of a language when it is first asked for: nobody waits for the forty others.

use super::languages::Language;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

pub(super) struct PerLanguage<T> {
    made: LazyLock<Mutex<HashMap<Language, Arc<T>>>>,
    make: fn(Language) -> T,
}

impl<T> PerLanguage<T> {
    pub(super) const fn new(make: fn(Language) -> T) -> Self {
        Self { made: LazyLock::new(Mutex::default), make }
    }

    pub(super) fn get(&self, language: Language) -> Arc<T> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(made.entry(language).or_insert_with(|| Arc::new((self.make)(language))))
    }
}
