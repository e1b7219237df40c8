// Tests of Dispatch.
