"""How nbgrader treats the assignments; written by environment/assignments."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "stretto"
c.ClearSolutions.code_stub = {
    "java": """\
// YOUR CODE HERE
if (true) throw new UnsupportedOperationException("not solved yet: your code goes here");"""
}
# a JVM on a busy machine starts slowly; one that died is tried again
c.Execute.timeout = 120
c.Execute.startup_timeout = 120
c.Execute.execute_retries = 2
