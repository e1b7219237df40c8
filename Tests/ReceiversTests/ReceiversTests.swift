// Tests of Receivers.
