// Library: a shared library that is loaded when it is first needed, so that lepton runs where it is not installed.
#pragma once

#include <dlfcn.h>

#include <string>

#include "lepton/core/error.hpp"

namespace lepton::data::sql {

class Library {
 public:
  /// Throws, naming the Debian package that has it.
  Library(const char* file, const char* package) : file_(file), handle_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_)
      throw Error(file,
                  "cannot be loaded: " + std::string(dlerror()) + "; install it: apt-get install " + package);
  }

  /// Makes `function` that of this name; its type must be the one that the library's manual gives.
  template <class F> void find(F*& function, const char* name) const {
    function = reinterpret_cast<F*>(dlsym(handle_, name));
    if (!function) throw Error(file_, std::string("has no function ") + name + "; is it too old?");
  }

 private:
  const char* file_;
  void* handle_;  // never closed: what it made may outlive any place to do so
};

}  // namespace lepton::data::sql
