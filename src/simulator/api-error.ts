import type { Traits } from "./version.js";

/** A refusal with OCP's error body. Thrown by whatever serves a request, told by the server. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    /** OCP answers an integer; the documentation prints `ODP21001` for 21001. Undefined: the answer has none. */
    readonly code: number | string | undefined,
    readonly texts: Texts,
    readonly more: { readonly debugMessage?: string; readonly subErrors?: readonly unknown[] } = {},
  ) {
    super(texts.en);
  }
}

export interface Texts {
  readonly en: string;
  readonly zh: string;
}

const same = (text: string): Texts => ({ en: text, zh: text });

/**
 * The errors of one version's API. Codes are those of the error tables of 3.1.1 and 4.2.2; the HTTP status is that of
 * the same kind of error in ocp-express. Texts are ocp-express's where it has the error, with their unfilled placeholders.
 */
export class ApiErrors {
  constructor(private readonly traits: Traits) {}

  private code(old: number, since4: number): number {
    return this.traits.errorCodes === "3.x" ? old : since4;
  }

  taskNotFound(): ApiError {
    return new ApiError(404, this.code(4001, 10001), {
      en: "The {0} task does not exist.",
      zh: "任务 {0} 不存在",
    });
  }

  wrongTaskState(id: string, state: string): ApiError {
    return new ApiError(400, this.code(4007, 10007), {
      en: `This operation is not supported for the ${id} task in the ${state} state.`,
      zh: `任务 ${id} 处于 ${state} 状态，不支持该操作`,
    });
  }

  // 4009 for 3.x is a guess by analogy with 4001 and 4007.
  rollbackProhibited(): ApiError {
    return new ApiError(400, this.code(4009, 10009), same("Task {0} can not rollback."));
  }

  skipProhibited(): ApiError {
    return new ApiError(400, this.code(4010, 10010), same("Subtask {0} can not skip."));
  }

  clusterNotFound(id: string): ApiError {
    return new ApiError(404, 21001, same(`The obproxy cluster with the ID of ${id} does not exist.`));
  }

  obproxyNotFound(id: string): ApiError {
    return new ApiError(404, 21002, same(`The obproxy server with the ID of ${id} does not exist.`));
  }

  /** 21015 is new in 4.x; before, an id of another cluster is simply not found. */
  obproxyOfOtherCluster(id: string, clusterId: string): ApiError {
    return this.traits.errorCodes === "3.x"
      ? this.obproxyNotFound(id)
      : new ApiError(400, 21015, same(`The obproxy server ${id} does not belong to the obproxy cluster ${clusterId}.`));
  }

  obproxyBusy(id: string, status: string): ApiError {
    return new ApiError(
      400,
      this.code(21003, 21016),
      same(`This operation is not supported for the obproxy server ${id} in the ${status} state.`),
    );
  }

  clusterLocked(refusal: { readonly status: number; readonly code: number | string }): ApiError {
    return new ApiError(
      refusal.status,
      refusal.code,
      same("This operation is not supported for the obproxy cluster in the OPERATING state."),
    );
  }

  notPermitted(): ApiError {
    return new ApiError(403, this.code(3100, 11000), {
      en: "You are not authorized to perform the corresponding operation. Contact the administrator.",
      zh: "您没有权限执行该操作，请联系管理员",
    });
  }

  badParameter(name: string, value: string, type: "Long" | "List"): ApiError {
    const javaType = type === "Long" ? "java.lang.Long" : "java.util.List";
    return new ApiError(
      400,
      0,
      same(`The parameter '${name}' of value '${value}' could not be converted to type '${type}'`),
      {
        debugMessage: `Failed to convert value of type 'java.lang.String' to required type '${javaType}'; nested exception is java.lang.NumberFormatException: For input string: "${value}"`,
      },
    );
  }

  malformedJson(debugMessage: string): ApiError {
    return new ApiError(400, 0, same("Malformed JSON request"), { debugMessage });
  }

  emptyField(field: string, rejectedValue: unknown): ApiError {
    const message = "must not be empty";
    return new ApiError(400, 0, same(message), { subErrors: [{ field, message, object: "body", rejectedValue }] });
  }

  unhandled(type: string, message: string): ApiError {
    return new ApiError(500, 0, same(`Unhandled exception, type=${type}, message=${message}`), {
      debugMessage: message,
    });
  }
}
