package dev.stretto.papers.superposed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Hidden;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.papers.superposed.SuperposedDecoder.Superposed;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How far the network is linear in its input: the state of a superposition beside the superposition
 * of the drafts' own states.
 *
 * @param cosine [layers passed][step], the last one behind the final norm
 * @param variation [step] total variation between the superposition's distribution and sum_i w_i
 *     p_i
 */
public record SuperpositionFidelity(double[][] cosine, double[] variation) {
  /**
   * Replays what was superposed, in one pass, and every draft of every step, in another.
   *
   * @param model that wrote
   * @param prompt ids
   * @param steps what each position held, one or more
   * @return cosines and variations
   */
  public static SuperpositionFidelity measure(
      CausalLm model, int[] prompt, List<Superposed> steps) {
    Tensors.inference();
    int layers = model.layers();
    int width = model.backbone().width();
    int p = prompt.length;
    float[] table = model.parameters().get("embedding").toFloatArray();
    float[] inputs = new float[(p + steps.size()) * width];
    for (int i = 0; i < p; i++) {
      System.arraycopy(table, prompt[i] * width, inputs, i * width, width);
    }
    List<int[]> texts = new ArrayList<>();
    for (int s = 0; s < steps.size(); s++) {
      float[] x = SuperposedDecoder.superposed(table, width, steps.get(s));
      System.arraycopy(x, 0, inputs, (p + s) * width, width);
      for (int[] draft : steps.get(s).drafts()) {
        int[] text = Arrays.copyOf(prompt, p + draft.length);
        System.arraycopy(draft, 0, text, p, draft.length);
        texts.add(text);
      }
    }
    double[][] cosine = new double[layers + 1][steps.size()];
    double[] variation = new double[steps.size()];
    var all = IntStream.range(0, layers).boxed().collect(Collectors.toSet());
    try (NDManager scope = Tensors.manager()) {
      NDArray vectors = scope.create(inputs, new Shape(1, p + steps.size(), width));
      Hidden mixed = model.backbone().forward(Step.of(new Step.Input.Vectors(vectors)).taps(all));
      int n = p + steps.size();
      int[][] rows = texts.toArray(int[][]::new);
      Hidden own =
          model.backbone().forward(Step.of(NetworkSession.padded(scope, rows, n)).taps(all));
      for (int layer = 0; layer <= layers; layer++) {
        FloatBuffer superposed = at(mixed, layer, layers);
        FloatBuffer drafts = at(own, layer, layers);
        int row = 0;
        for (int s = 0; s < steps.size(); s++) {
          double[] sum = new double[width];
          for (double w : steps.get(s).weights()) {
            for (int d = 0; d < width; d++) {
              sum[d] += w * drafts.get(((row * n) + p + s) * width + d);
            }
            row++;
          }
          cosine[layer][s] = cosine(superposed, (p + s) * width, sum);
        }
      }
      FloatBuffer together = Tensors.floats(model.logits(mixed.lastBND()).softmax(2));
      FloatBuffer apart = Tensors.floats(model.logits(own.lastBND()).softmax(2));
      int row = 0;
      for (int s = 0; s < steps.size(); s++) {
        double[] mean = new double[model.vocabulary()];
        for (double w : steps.get(s).weights()) {
          for (int x = 0; x < mean.length; x++) {
            mean[x] += w * apart.get((row * n + p + s) * mean.length + x);
          }
          row++;
        }
        for (int x = 0; x < mean.length; x++) {
          variation[s] += Math.abs(mean[x] - together.get((p + s) * mean.length + x)) / 2;
        }
      }
    }
    return new SuperpositionFidelity(cosine, variation);
  }

  private static FloatBuffer at(Hidden hidden, int layer, int layers) {
    return Tensors.floats(layer == layers ? hidden.lastBND() : hidden.tapsBND().get(layer));
  }

  private static double cosine(FloatBuffer left, int from, double[] right) {
    double dot = 0;
    double a = 0;
    double b = 0;
    for (int d = 0; d < right.length; d++) {
      double x = left.get(from + d);
      dot += x * right[d];
      a += x * x;
      b += right[d] * right[d];
    }
    return dot / Math.sqrt(a * b);
  }
}
