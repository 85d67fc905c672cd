// Running a module between its hooks. The order is that of torch.nn.Module.__call__.
#include "lepton/nn/module_hooks.hpp"

#include <utility>

#include "lepton/autograd/hooks.hpp"
#include "lepton/autograd/no_grad.hpp"

namespace lepton::nn::detail {

using lepton::detail::HookList;

struct ModuleHooks::Lists {
  template <class Hook> using List = std::shared_ptr<HookList<Hook>>;
  template <class Hook> static List<Hook> made() {
    return std::make_shared<HookList<Hook>>(lepton::detail::HookLife::lasting);
  }
  List<ForwardPreHook> before = made<ForwardPreHook>();
  List<ForwardHook> after = made<ForwardHook>();
  List<BackwardPreHook> before_gradient = made<BackwardPreHook>();
  List<BackwardHook> gradient = made<BackwardHook>();
};

namespace {

/// The hooks in whose call this thread is: a container and the layer in it both ask for the layer's hooks.
thread_local constinit const void* running = nullptr;

struct Running {
  explicit Running(const void* lists) : outer(std::exchange(running, lists)) {}
  ~Running() { running = outer; }
  const void* outer;
};

template <class Hook> HookHandle add_to(const std::shared_ptr<HookList<Hook>>& list, Hook hook) {
  if (!hook) throw Error("register_hook", "the hook is empty");
  return {list, list->add(std::move(hook))};
}

void replace(Tensor& t, Tensor by) {
  if (by.defined()) t = std::move(by);
}

/// The backward hooks of one call: the gradient by its result waits here for the gradient by its input.
struct BackwardCall {
  std::shared_ptr<HookList<BackwardPreHook>> before;
  std::shared_ptr<HookList<BackwardHook>> hooks;
  bool input_wanted = false;
  Tensor grad_output;

  Tensor by_output(const Tensor& g) {
    grad_output = g;
    before->each([&](const BackwardPreHook& hook) { replace(grad_output, hook(grad_output)); });
    const Tensor goes_on = grad_output;
    if (!input_wanted) by_input({});
    return goes_on;
  }
  Tensor by_input(const Tensor& g) {
    const Tensor by_result = std::exchange(grad_output, {});
    Tensor grad_input = g;
    hooks->each([&](const BackwardHook& hook) {
      Tensor other = hook(by_result, grad_input);
      if (other.defined() && !input_wanted)
        throw Error("backward_hook", "the input wants no gradient, so none can take its place");
      replace(grad_input, std::move(other));
    });
    return grad_input;
  }
};

}  // namespace

ModuleHooks::Lists& ModuleHooks::lists() {
  if (!lists_) lists_ = std::make_shared<Lists>();
  return *lists_;
}

HookHandle ModuleHooks::add_forward_pre(ForwardPreHook hook) {
  return add_to(lists().before, std::move(hook));
}
HookHandle ModuleHooks::add_forward(ForwardHook hook) { return add_to(lists().after, std::move(hook)); }
HookHandle ModuleHooks::add_backward_pre(BackwardPreHook hook) {
  return add_to(lists().before_gradient, std::move(hook));
}
HookHandle ModuleHooks::add_backward(BackwardHook hook) { return add_to(lists().gradient, std::move(hook)); }

Tensor ModuleHooks::run(const Tensor& given, Tensor (*f)(const void*, const Tensor&),
                        const void* object) const {
  const std::shared_ptr<Lists> lists = lists_;  // a hook may move the module or let go of it
  if (running == lists.get()) return f(object, given);
  Tensor x = given;
  lists->before->each([&](const ForwardPreHook& hook) { replace(x, hook(x)); });
  std::shared_ptr<BackwardCall> call;
  if (grad_enabled() && !(lists->gradient->empty() && lists->before_gradient->empty())) {
    call = std::make_shared<BackwardCall>(
        BackwardCall{lists->before_gradient, lists->gradient, x.requires_grad(), {}});
    x = on_gradient(x, [call](const Tensor& g) { return call->by_input(g); });
  }
  Tensor y;
  {
    const Running mark(lists.get());
    y = f(object, x);
  }
  lists->after->each([&](const ForwardHook& hook) { replace(y, hook(x, y)); });
  return call ? on_gradient(y, [call](const Tensor& g) { return call->by_output(g); }) : y;
}

}  // namespace lepton::nn::detail
