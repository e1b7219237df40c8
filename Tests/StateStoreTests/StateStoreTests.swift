// Tests of StateStore.
