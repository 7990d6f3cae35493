//! Values that are made when they are first needed, and shared from then on.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

pub(super) struct Memo<K, V> {
    made: LazyLock<Mutex<HashMap<K, Arc<V>>>>,
    make: fn(K) -> V,
}

impl<K: Copy + Eq + Hash, V> Memo<K, V> {
    pub(super) const fn new(make: fn(K) -> V) -> Self {
        Self { made: LazyLock::new(Mutex::default), make }
    }

    pub(super) fn get(&self, key: K) -> Arc<V> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(made.entry(key).or_insert_with(|| Arc::new((self.make)(key))))
    }
}
