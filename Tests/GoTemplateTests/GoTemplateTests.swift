// Tests of GoTemplate.
