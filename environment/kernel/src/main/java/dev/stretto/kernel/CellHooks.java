package dev.stretto.kernel;

/**
 * What the code of cells is woven with: calls to these methods stand before each backward jump and
 * in place of each call that would end the JVM. Not meant to be called by hand.
 */
@SuppressWarnings("DoNotCallSuggester") // called by woven code alone
public final class CellHooks {
  private CellHooks() {}

  /**
   * Ends the cell if it is to stop; called before each backward jump.
   *
   * @throws Error if an interrupt was asked for and the caller runs on the cell's thread
   */
  public static void check() {
    if (Thread.currentThread() instanceof CellThread thread && thread.isToStop()) {
      throw new Stopped();
    }
  }

  /**
   * Stands for {@link System#exit}.
   *
   * @param status the status that the cell wanted to exit with
   * @throws Error always: the cell ends, the kernel goes on
   */
  public static void exit(int status) {
    throw new ExitCalled(status);
  }

  /**
   * Stands for {@link Runtime#exit} and {@link Runtime#halt}.
   *
   * @param runtime the runtime that was called
   * @param status the status that the cell wanted to exit with
   * @throws Error always: the cell ends, the kernel goes on
   */
  public static void exit(Runtime runtime, int status) {
    throw new ExitCalled(status);
  }

  /** An error, so that a cell's {@code catch (Exception e)} lets it pass. */
  static final class Stopped extends Error {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("the cell was interrupted");
    }
  }

  static final class ExitCalled extends Error {
    private static final long serialVersionUID = 1L;

    ExitCalled(int status) {
      super(
          "exit("
              + status
              + ") ends the cell and not the kernel; to end the kernel, shut it down from the"
              + " front-end");
    }
  }
}
