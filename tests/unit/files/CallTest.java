package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.util.List;
import migopy.StepReport.Direction;
import migopy.files.CompiledMigration;
import org.junit.jupiter.api.Test;

/** Calls of migrations: what they throw, and which lines are shown. */
class CallTest {
    private final Sandbox sandbox = new Sandbox();

    private record Thrown(Throwable throwable, List<String> frames) {}

    private Thrown thrown(String text) {
        CompiledMigration migration = sandbox.with("3_a.java", text).only();
        Throwable throwable = catchThrowable(() -> migration.call(Direction.UP, null, null));
        return new Thrown(throwable, migration.framesOf(throwable));
    }

    @Test
    void exceptionsOfTheMigrationAreThrownUnchangedWithTheirLines() {
        Thrown thrown = thrown("""
            class A {
                static void up() throws Exception {
                    Runnable r = () -> deeper();
                    r.run();
                }
                static void deeper() {
                    new B().fail();
                }
            }
            class B {
                void fail() { Integer.parseInt("x"); }
            }
            """);
        assertThat(thrown.throwable()).isInstanceOf(NumberFormatException.class);
        assertThat(thrown.frames())
                .containsExactly(
                        "3_a.java:11    void fail() { Integer.parseInt(\"x\"); }",
                        "3_a.java:7    new B().fail();",
                        "3_a.java:3    Runnable r = () -> deeper();",
                        "3_a.java:4    r.run();");
    }

    @Test
    void checkedExceptionsAndErrorsAreThrownUnchanged() {
        assertThat(thrown("class A { static void up() throws Exception { throw new" + " Exception(); } }")
                        .throwable())
                .isExactlyInstanceOf(Exception.class);
        assertThat(thrown("class A { static void up() { assert false; up(); } }")
                        .throwable())
                .isInstanceOf(StackOverflowError.class);
        assertThat(thrown("class A { static void up() throws Throwable { throw new"
                                + " java.lang.reflect.InvocationTargetException(null);"
                                + " } }")
                        .throwable())
                .isExactlyInstanceOf(java.lang.reflect.InvocationTargetException.class);
    }

    @Test
    void aStaticInitializerThatThrowsIsShownWithItsLine() {
        Thrown thrown =
                thrown("class A {\n" + " static int i = 1 / Integer.parseInt(\"0\");\n" + " static void up() {} }");
        assertThat(thrown.throwable()).isInstanceOf(ExceptionInInitializerError.class);
        assertThat(thrown.frames()).containsExactly("3_a.java:2    static int i = 1 / Integer.parseInt(\"0\");");
    }

    @Test
    void theLinesOfACauseAreShownToo() {
        Thrown thrown = thrown("""
            class A {
                static void up() {
                    try { Integer.parseInt("x"); }
                    catch (RuntimeException e) {
                        throw new IllegalStateException("wrapped", e);
                    }
                }
            }
            """);
        assertThat(thrown.frames())
                .containsExactly(
                        "3_a.java:5    throw new IllegalStateException(\"wrapped\", e);",
                        "3_a.java:3    try { Integer.parseInt(\"x\"); }");
    }

    @Test
    void atMostTwentyFramesAreKept() {
        StringBuilder text = new StringBuilder("class A { static void up() { m0(); }\n");
        for (int i = 0; i < 40; i++) {
            text.append("static void m%d() { m%d(); }%n".formatted(i, i + 1));
        }
        text.append("static void m40() { throw new RuntimeException(); } }");
        assertThat(thrown(text.toString()).frames()).hasSize(CompiledMigration.FRAME_LIMIT);
    }

    @Test
    void aCycleOfCausesIsNotFollowedForever() {
        Thrown thrown = thrown("class A { static void up() { var a = new RuntimeException();"
                + " var b = new RuntimeException(a); a.initCause(b); throw b; } }");
        assertThat(thrown.frames())
                .singleElement(STRING)
                .startsWith("3_a.java:1    class A { static void up()")
                .as("a long line is shortened")
                .endsWith(" ...")
                .hasSizeLessThan(150);
    }

    @Test
    void anExceptionWhoseMethodsThrowIsHandled() {
        Thrown thrown = thrown("""
            class A {
                static void up() { throw new Liar(); }
            }
            class Liar extends RuntimeException {
                public StackTraceElement[] getStackTrace() { throw new IllegalStateException(); }
                public synchronized Throwable getCause() { return new Liar(); }
            }
            """);
        assertThat(thrown.frames()).isEmpty();
    }

    @Test
    void theMigrationsClassLoaderIsTheThreadsDuringTheCallOnly() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thrown thrown = thrown("class A { static void up() { if (Thread.currentThread()"
                + ".getContextClassLoader() == A.class.getClassLoader())"
                + " throw new RuntimeException(\"own\"); } }");
        assertThat(thrown.throwable()).hasMessage("own");
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }
}
