package dev.stretto.kernel;

import java.util.List;
import java.util.UUID;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** What every cell can call without an import. The names are IJava's. */
public final class Notebook {
  private Notebook() {}

  /**
   * Shows an object below the cell, at once.
   *
   * @param value anything; figures, tables, images and arrays are shown as such
   * @return the id under which {@link #updateDisplay} replaces it
   */
  public static String display(Object value) {
    return kernel().show(Rendering.render(value), UUID.randomUUID().toString());
  }

  /**
   * Shows an object below the cell as the given media types.
   *
   * @param value a text of that type (HTML, SVG, Markdown, LaTeX, JSON), bytes of it, or an object
   *     that has such a view
   * @param mimes media types such as {@code text/html}
   * @return the id under which {@link #updateDisplay} replaces it
   * @throws IllegalArgumentException if the object has no such view
   */
  public static String display(Object value, String... mimes) {
    return kernel().show(render(value, mimes), UUID.randomUUID().toString());
  }

  /**
   * What {@link #display} would show; also shown when it is a cell's last expression.
   *
   * @param value an object as for {@link #display(Object, String...)}
   * @param mimes media types; none for all that the object has
   * @return the views by media type
   * @throws IllegalArgumentException if the object has no such view
   */
  public static DisplayData render(Object value, String... mimes) {
    return Rendering.render(value, List.of(mimes));
  }

  /**
   * Replaces what {@link #display} showed.
   *
   * @param id what {@code display} returned
   * @param value an object as for {@link #display(Object, String...)}
   * @param mimes media types; none for all that the object has
   * @throws IllegalArgumentException if the object has no such view
   */
  public static void updateDisplay(String id, Object value, String... mimes) {
    kernel().update(id, render(value, mimes));
  }

  /** Removes the output of the cell so far. */
  public static void clearOutput() {
    clearOutput(false);
  }

  /**
   * Removes the output of the cell so far.
   *
   * @param wait whether to wait for the next output, which then does not flicker
   */
  public static void clearOutput(boolean wait) {
    kernel().clearOutput(wait);
  }

  private static StrettoKernel kernel() {
    return (StrettoKernel) BaseKernel.notebookKernel();
  }
}
