// Tests of Ruler.
