package dev.stretto.kernel;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;

/**
 * What a cell sees of the kernel: output that belongs to the cell that runs, or ran last. It is a
 * kernel of the base library, so code that knows that library ({@code BaseKernel.notebookKernel()})
 * finds it; the requests are answered elsewhere.
 */
public final class StrettoKernel extends BaseKernel {
  private static final Gson GSON = new Gson();
  private static final Message NOBODY =
      new Message(
          List.of(), new JsonObject(), new JsonObject(), new JsonObject(), new JsonObject());

  private final Channels channels;
  private final CompletableFuture<Cells> cells;
  private final Streams streams = new Streams(this::publishStream);
  private volatile Message current = NOBODY;
  private volatile boolean quiet;
  private volatile String lastDisplayed = "";

  /**
   * A kernel.
   *
   * @param cells the engine, which may still be starting
   */
  StrettoKernel(Channels channels, CompletableFuture<Cells> cells) {
    super(
        "stretto",
        "0.1.0",
        new LanguageInfo(
            "java",
            Runtime.version().toString(),
            "text/x-java-source",
            ".jshell",
            "java",
            "text/x-java",
            null),
        List.of(),
        null,
        new KernelIo(),
        new CommManager(),
        new Renderer(),
        null,
        new MagicsRegistry(),
        false,
        new StringStyler("", "", "", i -> ""));
    this.channels = channels;
    this.cells = cells;
    ((KernelIo) getIO()).attach(this::publish);
  }

  Streams streams() {
    return streams;
  }

  Message current() {
    return current;
  }

  Cells cells() {
    return cells.join();
  }

  boolean isStarted() {
    return cells.isDone() && !cells.isCompletedExceptionally();
  }

  /** From now on output belongs to {@code request}; nothing is published if {@code silent}. */
  void attach(Message request, boolean silent) {
    streams.flush();
    current = request;
    quiet = silent;
  }

  /** Publishes in the name of the cell, after what it has printed so far. */
  void publish(String type, JsonObject content) {
    streams.flush();
    if (!quiet) {
      channels.publish(current, type, content);
    }
  }

  private void publishStream(String name, String text) {
    if (!quiet) {
      var content = new JsonObject();
      content.addProperty("name", name);
      content.addProperty("text", text);
      channels.publish(current, "stream", content);
    }
  }

  static JsonObject json(DisplayData data) {
    JsonObject json = GSON.toJsonTree(data).getAsJsonObject();
    for (String part : List.of("data", "metadata", "transient")) {
      if (!json.has(part)) {
        json.add(part, new JsonObject());
      }
    }
    return json;
  }

  @Override
  public void display(DisplayData data) {
    publish("display_data", json(data));
  }

  /** Shows under an id and returns it. */
  String show(DisplayData data, String id) {
    var copy = new DisplayData(data);
    copy.setDisplayId(id);
    display(copy);
    lastDisplayed = id;
    return id;
  }

  void update(String id, DisplayData data) {
    var copy = new DisplayData(data);
    copy.setDisplayId(id);
    publish("update_display_data", json(copy));
  }

  /** Whether a cell's value is only what {@link #show} returned, which nobody wants to read. */
  boolean isDisplayId(Object value) {
    return value instanceof String text && text.equals(lastDisplayed);
  }

  void clearOutput(boolean wait) {
    var content = new JsonObject();
    content.addProperty("wait", wait);
    publish("clear_output", content);
  }

  @Override
  public Object evalRaw(String text) {
    try {
      return cells().run(text, "evaluated text").value();
    } catch (CellFailure e) {
      throw new IllegalArgumentException(e.name() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public DisplayData eval(String text) {
    Object value = evalRaw(text);
    return value == null ? null : Rendering.render(value);
  }

  @Override
  public DisplayData inspect(String text, int at, boolean extraDetail) {
    String found = new Assist(cells().analysis()).inspect(text, at);
    return found.isEmpty() ? null : new DisplayData(found);
  }

  @Override
  public ReplacementOptions complete(String text, int at) {
    return new Assist(cells().analysis()).complete(text, at);
  }

  @Override
  public String isComplete(String text) {
    return new Assist(cells().analysis()).isComplete(text);
  }

  @Override
  public void interrupt() {
    if (isStarted()) {
      cells().runner().stop("the cell was interrupted");
    }
  }
}
