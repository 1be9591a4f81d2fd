package dev.stretto.kernel;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.messages.ContentType;

/** The base library's door to the front-end, led to our own publisher. */
final class KernelIo extends JupyterIO {
  KernelIo() {
    super(StandardCharsets.UTF_8);
  }

  /** From now on, what is published here goes to {@code publish}, by type and content. */
  void attach(BiConsumer<String, JsonObject> publish) {
    setEnv(new Environment(publish));
  }

  private static final class Environment extends ShellReplyEnvironment {
    private final BiConsumer<String, JsonObject> publish;

    Environment(BiConsumer<String, JsonObject> publish) {
      super(null, null, null, null);
      this.publish = publish;
    }

    @Override
    public <T extends ContentType<T>> void publish(T content) {
      publish.accept(content.getType().getName(), new Gson().toJsonTree(content).getAsJsonObject());
    }
  }
}
