package dev.stretto.papers.superposed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Hidden;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.papers.superposed.SuperposedDecoder.Superposed;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How far the network is linear in its input. */
final class SuperpositionFidelity {
  private SuperpositionFidelity() {}

  /**
   * The state of a superposition beside the superposition of the drafts' own states. Replays what
   * was superposed, in one pass, and every draft of every step, in another.
   *
   * @param model that wrote
   * @param prompt ids
   * @param steps what each position held, one or more
   * @return cosines, [layers passed][step], the last ones after the final norm
   */
  static double[][] cosines(CausalLm model, int[] prompt, List<Superposed> steps) {
    Tensors.inference();
    int p = prompt.length;
    int n = p + steps.size();
    List<int[]> texts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (int s = 0; s < steps.size(); s++) {
      for (int[] draft : steps.get(s).drafts()) {
        ends.add(texts.size() * n + p + s);
        texts.add(Superposition.joined(prompt, draft));
      }
    }
    float[][] weights = new float[steps.size()][texts.size()];
    for (int s = 0, row = 0; s < steps.size(); s++) {
      for (double w : steps.get(s).weights()) {
        weights[s][row++] = (float) w;
      }
    }
    int layers = model.layers();
    var taps = IntStream.range(0, layers).boxed().collect(Collectors.toSet());
    try (NDManager scope = Tensors.manager()) {
      NDArray w = scope.create(weights);
      NDArray last = scope.create(ends.stream().mapToLong(end -> end).toArray());
      NDArray idsBN = NetworkSession.padded(scope, texts.toArray(int[][]::new), n);
      Hidden own = model.backbone().forward(Step.of(idsBN).taps(taps));
      Step.Input inputs = new Step.Input.Vectors(inputs(scope, model, prompt, steps));
      Hidden mixed = model.backbone().forward(Step.of(inputs).taps(taps));
      double[][] cosines = new double[layers + 1][steps.size()];
      for (int layer = 0; layer <= layers; layer++) {
        NDArray sum = w.matMul(rows(at(own, layer, layers), last));
        NDArray one =
            rows(at(mixed, layer, layers), scope.arange(p, n).toType(last.getDataType(), false));
        NDArray norms = sum.square().sum(new int[] {1}).mul(one.square().sum(new int[] {1}));
        float[] cosine = sum.mul(one).sum(new int[] {1}).div(norms.sqrt()).toFloatArray();
        Arrays.setAll(cosines[layer], s -> cosine[s]);
      }
      return cosines;
    }
  }

  /** The embeddings of the prompt and of each superposition (1, positions, width). */
  private static NDArray inputs(
      NDManager scope, CausalLm model, int[] prompt, List<Superposed> steps) {
    float[] table = model.parameters().get("embedding").toFloatArray();
    int width = model.backbone().width();
    double[] whole = {1};
    List<Superposed> all =
        Stream.concat(
                IntStream.of(prompt).mapToObj(x -> new Superposed(whole, List.of(new int[] {x}))),
                steps.stream())
            .toList();
    float[] inputs = SuperposedDecoder.superposed(table, width, all);
    return scope.create(inputs, new Shape(1, all.size(), width));
  }

  private static NDArray at(Hidden hidden, int layer, int layers) {
    return layer == layers ? hidden.lastBND() : hidden.tapsBND().get(layer);
  }

  private static NDArray rows(NDArray statesBND, NDArray indices) {
    Shape shape = statesBND.getShape();
    return Ops.embedding(indices, statesBND.reshape(shape.get(0) * shape.get(1), shape.get(2)));
  }
}
