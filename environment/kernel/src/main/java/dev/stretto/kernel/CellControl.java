package dev.stretto.kernel;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl;

/**
 * How JShell runs code here: in this JVM, on the {@linkplain CellRunner cell thread}. It keeps what
 * a statement returned or threw, which JShell itself passes on as text only.
 */
final class CellControl extends DirectExecutionControl {
  private final CellRunner runner;
  private Object value;
  private Throwable thrown;

  CellControl(CellClasses classes, CellRunner runner) {
    super(new Loader(classes));
    this.runner = runner;
  }

  /** What the last statement returned; {@code null} if nothing. The value is forgotten. */
  Object takeValue() {
    Object taken = value;
    value = null;
    return taken;
  }

  /** What the last statement threw; {@code null} if nothing. The exception is forgotten. */
  Throwable takeThrown() {
    Throwable taken = thrown;
    thrown = null;
    return taken;
  }

  @Override
  protected String invoke(Method method) throws Exception {
    value = null;
    thrown = null;
    if (runner.isStopping()) {
      throw new InvocationTargetException(new CellHooks.Stopped());
    }
    Object returned;
    try {
      returned = runner.call(() -> method.invoke(null));
    } catch (Exception e) {
      throw e;
    } catch (Throwable e) {
      throw new InvocationTargetException(e);
    }
    value = returned;
    return "";
  }

  @Override
  public String invoke(String className, String methodName)
      throws RunException, InternalException, EngineTerminationException {
    try {
      return super.invoke(className, methodName);
    } catch (InternalException e) {
      thrown = e; // JShell would drop it
      throw e;
    }
  }

  @Override
  public String varValue(String className, String varName) {
    return ""; // never shown, and toString of a user's object may take long
  }

  @Override
  protected String throwConvertedInvocationException(Throwable cause)
      throws RunException, InternalException {
    thrown = cause;
    return super.throwConvertedInvocationException(cause);
  }

  @Override
  protected String throwConvertedOtherException(Throwable cause)
      throws RunException, InternalException {
    thrown = cause;
    return super.throwConvertedInvocationException(cause);
  }

  private record Loader(CellClasses classes) implements LoaderDelegate {
    @Override
    public void load(ExecutionControl.ClassBytecodes[] all)
        throws ExecutionControl.ClassInstallException {
      var loaded = new boolean[all.length];
      try {
        classes.declare(all);
        for (int i = 0; i < all.length; i++) {
          var _ = classes.loadClass(all[i].name()).getDeclaredMethods();
          loaded[i] = true;
        }
      } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
        throw new ExecutionControl.ClassInstallException("load: " + e, loaded);
      }
    }

    @Override
    public void classesRedefined(ExecutionControl.ClassBytecodes[] all) {
      classes.declare(all);
    }

    @Override
    public void addToClasspath(String path) {
      for (String each : path.split(File.pathSeparator, -1)) {
        classes.addToClasspath(Path.of(each));
      }
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
      return classes.loadClass(name);
    }
  }
}
